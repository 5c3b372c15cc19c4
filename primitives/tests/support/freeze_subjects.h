// What freeze_test freezes its victims in: of each primitive an operation, a waiter for what it does, and
// what a third party does meanwhile.
//
//   rest()      lab process: all as at first                  enter()    third party: barges in, or cannot
//   operate()   victim                                  leave()    and leaves, if it was in
//   wake()      lab process, if the victim sleeps             settle()   lab process: gives the waiter what it may
//   wait()      waiter                                             rightly lack after a death, and no more
// is_right(): once the waiter has gone on. kSleepsBefore: a waiter sleeps before there is a victim.
// kNeedsWaiter: without one the victim sleeps.
#pragma once

#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <type_traits>

#include "gilfree/barrier.h"
#include "gilfree/condition.h"
#include "gilfree/event.h"
#include "gilfree/lifo_queue.h"
#include "gilfree/lock.h"
#include "gilfree/queue.h"
#include "gilfree/semaphore.h"
#include "gilfree/value.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {

struct FreezeSubject {
  static constexpr bool kSleepsBefore = false, kNeedsWaiter = false;
  void settle() {}
  bool is_right() { return true; }
};

template <typename L>
struct InLock : FreezeSubject {
  void rest() { once(); }
  void operate() {
    lock.lock();
    if constexpr (std::is_same_v<L, RLock<Processes>>) once();
    lock.unlock();
  }
  void once() {
    lock.lock();
    lock.unlock();
  }
  void wait() { once(); }
  bool enter() { return lock.try_lock(); }
  void leave() { lock.unlock(); }
  bool is_right() { return !lock.locked(); }

  L lock;
};

// A victim that is woken has the waiter behind it.
template <typename L>
struct WokenInLock : InLock<L> {
  void rest() { this->lock.lock(); }
  void operate() { this->once(); }
  void wake() { this->lock.unlock(); }
  bool is_right() { return true; }
};

struct InValue : FreezeSubject {
  void rest() { operate(); }
  void operate() {
    const std::scoped_lock hold(value);
    ++value.value();
  }
  void wait() { operate(); }
  bool enter() { return value.get_lock().try_lock(); }
  void leave() { value.get_lock().unlock(); }

  Value<long> value{0};
};

template <typename P>
struct InPermits : FreezeSubject {
  void operate() {
    permits.acquire();
    permits.release();
  }
  void wait() { operate(); }
  bool enter() { return permits.try_acquire(); }
  void leave() { permits.release(); }

  P permits{1};
};

// A dead one's permit of a Semaphore is lost, and no other.
struct InSemaphore : InPermits<Semaphore<Processes>> {
  void rest() {
    while (permits.try_acquire()) continue;
    permits.release();
  }
  void settle() {
    if (permits.value() == 0) permits.release();
  }
  bool is_right() { return permits.value() == 1 || permits.value() == 2; }
};

struct WokenInSemaphore : InSemaphore {
  void rest() {
    while (permits.try_acquire()) continue;
  }
  void wake() {
    permits.release();
    permits.release();
  }
  bool is_right() { return permits.value() >= 1 && permits.value() <= 3; }
};

struct InBoundedSemaphore : InPermits<BoundedSemaphore<Processes>> {
  void rest() {}
  bool is_right() { return permits.value() == 1; }
};

struct WokenInBoundedSemaphore : InBoundedSemaphore {
  void rest() { permits.acquire(); }
  void wake() { permits.release(); }
};

// Notified or not, each waiter goes on once the flag is up and all waiters have been notified anew.
struct InNotify : FreezeSubject {
  static constexpr bool kSleepsBefore = true;
  void rest() {
    const std::scoped_lock hold(changed);
    flag[0] = 0;
  }
  void operate() {
    const std::scoped_lock hold(changed);
    changed.notify_one();
  }
  void wait() {
    const std::scoped_lock hold(changed);
    changed.wait([&] { return flag[0] != 0; });
  }
  bool enter() { return changed.try_lock(); }
  void leave() { changed.unlock(); }
  void settle() {
    const std::scoped_lock hold(changed);
    flag[0] = 1;
    changed.notify_one();
  }

  Condition<Processes> changed;
  Ledger<Processes> flag{1};
};

struct WokenInWait : InNotify {
  void operate() {
    const std::scoped_lock hold(changed);
    changed.wait();
  }
  void wake() {
    const std::scoped_lock hold(changed);
    changed.notify_one();
  }
};

struct InSet : FreezeSubject {
  static constexpr bool kSleepsBefore = true;
  void rest() { event.clear(); }
  void operate() { event.set(); }
  void wait() { event.wait(); }
  bool enter() {
    event.clear();
    return true;
  }
  void leave() { event.set(); }
  void settle() {
    if (!event.is_set()) event.set();
  }

  Event<Processes> event;
};

struct WokenInEvent : InSet {
  void operate() { event.wait(); }
  void wake() { event.set(); }
};

// Passes or breaks; in a round that the dead one has not come to, another one has to break it.
template <int kParties>
struct InBarrierOf : FreezeSubject {
  static constexpr bool kSleepsBefore = true, kNeedsWaiter = true;
  void rest() { barrier.reset(); }
  void operate() {
    try {
      barrier.wait();
    } catch (const BrokenBarrier&) {
    }
  }
  void wait() { operate(); }
  bool enter() {
    barrier.reset();
    return true;
  }
  void leave() { barrier.abort(); }
  void settle() {
    if (barrier.n_waiting() > 0) barrier.abort();
  }

  Barrier<Processes> barrier{kParties};
};
using InBarrier = InBarrierOf<2>;

struct WokenInBarrier : InBarrierOf<3> {
  void wake() { operate(); }
};

template <typename Q>
struct InPut : FreezeSubject {
  static constexpr bool kSleepsBefore = true;
  void rest() {
    while (queue.try_get()) continue;
  }
  void operate() { queue.put(1); }
  void wait() { (void)queue.get(); }
  bool enter() { return queue.try_put(2); }
  void leave() { (void)queue.try_get(); }
  void settle() {
    if (queue.empty()) queue.put(3);
  }

  Q queue{4};
};

template <typename Q>
struct InGet : FreezeSubject {
  static constexpr bool kSleepsBefore = true;
  void rest() {
    while (queue.try_put(0)) continue;
  }
  void operate() { (void)queue.get(); }
  void wait() { queue.put(1); }
  bool enter() { return queue.try_get().has_value(); }
  void leave() { (void)queue.try_put(2); }
  void settle() {
    if (queue.full()) (void)queue.get();
  }

  Q queue{4};
};

template <typename Q>
struct WokenInGet : InPut<Q> {
  void operate() { (void)this->queue.get(); }
  void wake() {
    this->queue.put(1);
    this->queue.put(2);
  }
};

using FreezeSubjects =
    ::testing::Types<InLock<Lock<Processes>>, WokenInLock<Lock<Processes>>,
                     InLock<RLock<Processes>>, WokenInLock<RLock<Processes>>, InValue, InSemaphore,
                     WokenInSemaphore, InBoundedSemaphore, WokenInBoundedSemaphore, InNotify,
                     WokenInWait, InSet, WokenInEvent, InBarrier, WokenInBarrier,
                     InPut<Queue<long>>, InGet<Queue<long>>, WokenInGet<Queue<long>>,
                     InPut<LifoQueue<long>>, InGet<LifoQueue<long>>>;

struct FreezeSubjectNames {
  template <typename Subject>
  static std::string GetName(int at) {
    static constexpr const char* kNames[] = {"Lock",
                                             "LockWoken",
                                             "RLock",
                                             "RLockWoken",
                                             "Value",
                                             "Semaphore",
                                             "SemaphoreWoken",
                                             "BoundedSemaphore",
                                             "BoundedSemaphoreWoken",
                                             "ConditionNotify",
                                             "ConditionWoken",
                                             "EventSet",
                                             "EventWoken",
                                             "Barrier",
                                             "BarrierWoken",
                                             "QueuePut",
                                             "QueueGet",
                                             "QueueGetWoken",
                                             "LifoQueuePut",
                                             "LifoQueueGet"};
    return kNames[at];
  }
};

}  // namespace gilfree::testing
