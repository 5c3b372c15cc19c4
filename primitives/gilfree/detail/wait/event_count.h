// EventCount: wait until something that another thread or process publishes has become true.
//
//   publish(item);                        // a store
//   event_count.notify_one();             // one load unless a thread sleeps
//
//   event_count.wait(deadline, SpinPolicy(cpu, &object), [&] { return published(); }, [] { return false; });
//
// As folly's EventCount. No lock belongs to it: ready() reads atomics and may be called at any time.
// `epoch_` is a futex word, so the kernel keeps the queue of sleepers and removes one that is killed
// (docs/adr/0002-adaptive-waiting.md says why it is not a condition variable).
//
//   | step | waiter                                          | notifier                              |
//   | 1    | heard = epoch                                   | publish                               |
//   | 2    | set the waiter flag (and fence: waiter_flag.h)  | flag set? no: done                    |
//   | 3    | ready()? yes: done                              | clear the flag; no waiter: done       |
//   | 4    | sleep while epoch == heard                      | ++epoch                               |
//   | 5    | ready()? no: step 1                             | wake one sleeper, or all              |
//
// 1. In their steps 2, the waiter or the notifier sees the other's store (or both do): no waiter sleeps
//    beside something that was published.
// 2. A notifier that cleared the flag also increments `epoch`, so a waiter between its steps 1 and 4
//    does not sleep.
// 3. notify_one() wakes one waiter and clears the flag for all. The one that returns sets it again if
//    others may wait; with more to do than it takes, it notifies the next.
//
// Crash       A notifier killed between its steps 1 and 5, or a waiter killed after it was chosen to be
//             woken, is noticed by every waiter at once, or at its next heartbeat (parker.h).
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <utility>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/futex.h"
#include "gilfree/detail/wait/parker.h"
#include "gilfree/detail/wait/spin_policy.h"
#include "gilfree/detail/wait/waiter_flag.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

template <Scope S>
class EventCountSet;

// What a wait has cost, unless the deadline came first. Why it is not an std::optional: mutex.h, Locked.
enum class Waited { kTooLate, kNot, kAwake, kAsleep };

template <Scope S>
class EventCount {
 public:
  // Returns once ready(): how it waited, or kTooLate if the deadline came first. `their_cpu` is where
  // the notifier was last seen. hopeless() is asked before each sleep and may cost a system call; the
  // wait also ends when it is true, and the caller finds out why.
  template <typename Ready, typename Hopeless>
  Waited wait(Deadline deadline, std::int32_t their_cpu, Ready ready, Hopeless hopeless) {
    return wait(deadline, SpinPolicy::among_many(their_cpu), ready, hopeless);
  }
  // For the only thread that waits here, most of the time.
  template <typename Ready, typename Hopeless>
  Waited wait_alone(Deadline deadline, Ready ready, Hopeless hopeless) {
    return wait(deadline, SpinPolicy(kNoCpu, this), ready, hopeless);
  }
  template <typename Ready, typename Hopeless>
  Waited wait(Deadline deadline, SpinPolicy spin, Ready ready, Hopeless hopeless) {
    if (ready()) return Waited::kNot;
    if (deadline == kNow) return Waited::kTooLate;
    while (spin.keep_spinning()) {
      if (!ready()) continue;
      spin.succeeded();
      return Waited::kAwake;
    }
    return sleep(deadline, spin.history(), [&] { return ready() || hopeless(); });
  }

  template <typename Ready>
  Waited wait(Deadline deadline, std::int32_t their_cpu, Ready ready) {
    return wait(deadline, their_cpu, ready, [] { return false; });
  }
  template <typename Ready>
  Waited wait(Deadline deadline, SpinPolicy spin, Ready ready) {
    return wait(deadline, spin, ready, [] { return false; });
  }

  // Call these after publishing. notify_one() wakes one waiter; one that leaves something behind
  // notifies the next.
  void notify_one() {
    if (waiters_.is_set()) [[unlikely]]
      notify_one_slow();
  }
  // Wakes all waiters: for an event count on which notify_one() is never called.
  void notify_if_waiting() {
    if (waiters_.is_set() && waiters_.clear()) [[unlikely]]
      wake(&Kernel<S>::wake_all);
  }
  // Wakes all waiters, also those that a notify_one() under way has cleared the flag of.
  void notify_all() {
    (void)waiters_.clear();
    wake(&Kernel<S>::wake_all);
  }

  // notify_one() in two steps, for a caller with other work to do on that slow path.
  [[gnu::always_inline]] bool has_waiters() const { return waiters_.is_set(); }
  [[gnu::noinline]] void notify_one_slow() {
    if (waiters_.clear()) wake(&Kernel<S>::wake_one);
  }
  // Threads that sleep or are about to; more than that if some were killed.
  std::uint32_t sleepers() const { return waiters_.waiters(); }
  // Makes has_waiters() true, without a fence: soon.
  void request_attention() { waiters_.request_attention(); }

 private:
  // Not all of the template: clang 16 and 17 take the constraint of such a friend for another one.
  friend class EventCountSet<S>;

  // A counted waiter. If ready() or the sleep throws, it is counted no more, and the others look in its
  // place.
  class Sleeper {
   public:
    explicit Sleeper(EventCount& event_count)
        : event_count_(event_count), is_seen_(event_count.waiters_.set()) {}
    ~Sleeper() {
      if (is_done_) return;
      leave();
      if (event_count_.waiters_.others_may_wait()) event_count_.notify_all();
    }
    Sleeper(const Sleeper&) = delete;
    Sleeper& operator=(const Sleeper&) = delete;

    bool is_seen() const { return is_seen_; }
    void leave() {
      if (!std::exchange(has_left_, true)) event_count_.waiters_.remove_waiter();
    }
    void done() { is_done_ = true; }

   private:
    EventCount& event_count_;
    const bool is_seen_;
    bool has_left_ = false, is_done_ = false;
  };

  template <typename Ready>
  [[gnu::noinline]] Waited sleep(Deadline deadline, WaitHistory* history, Ready ready) {
    Parker<S> parker(history);
    for (int parks = 0;; ++parks) {
      const auto heard = epoch_.load(std::memory_order_acquire);
      Sleeper sleeper(*this);
      const bool is_ready = ready();
      const bool is_late = !is_ready && has_passed(deadline);
      const bool sleeps = !is_ready && !is_late;
      if (sleeps) {
        parker.park(epoch_, heard,
                    sleeper.is_seen() ? deadline : std::min(deadline, after(kStoreDelay)));
      }
      sleeper.leave();
      const bool is_woken = sleeps && ready();
      sleeper.done();
      if (is_ready) return Waited::kAsleep;
      if (is_late) return Waited::kTooLate;
      if (is_woken) {
        if (history != nullptr) history->slept(parks == 0);
        if (waiters_.others_may_wait() && !waiters_.set_again()) notify_all();
        return Waited::kAsleep;
      }
    }
  }

  // After clear(): a waiter that sets the flag after that has read an older epoch.
  [[gnu::noinline]] void wake(void (*kernel_wake)(std::atomic<std::uint32_t>&)) {
    epoch_.fetch_add(1, std::memory_order_release);
    kernel_wake(epoch_);
  }

  std::atomic<std::uint32_t> epoch_{0};
  WaiterFlag<S> waiters_;
};

}  // namespace gilfree::detail
