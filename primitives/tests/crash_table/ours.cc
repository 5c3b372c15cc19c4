// Our primitives in the table of survivors.
#include "gilfree/barrier.h"
#include "gilfree/condition.h"
#include "gilfree/event.h"
#include "gilfree/lock.h"
#include "gilfree/queue.h"
#include "gilfree/semaphore.h"
#include "primitives/tests/crash_table/table.h"

namespace gilfree::testing {
namespace {

constexpr int kLong = 10'000;  // ms: no survivor is expected to hang

struct OurLock : Lock<Processes> {
  static constexpr int kPatienceMs = kLong;
  bool lock() {
    Lock::lock();
    return abandoned();
  }
};
struct OurBoundedSemaphore : BoundedSemaphore<Processes> {
  static constexpr int kPatienceMs = kLong;
};
struct OurSemaphore : Semaphore<Processes> {
  static constexpr int kPatienceMs = 200;  // whose permits are lost, as in Python
};
struct OurEvent : Event<Processes> {
  static constexpr int kPatienceMs = kLong;
  bool wait() {
    Event::wait();
    return false;
  }
  void notify() { set(); }
  void notify_all() { set(); }
};
struct OurCondition : Condition<Processes> {
  static constexpr int kPatienceMs = kLong;
  bool wait() {
    const std::scoped_lock hold(*this);
    Condition::wait();
    return false;
  }
  void notify() {
    const std::scoped_lock hold(*this);
    notify_one();
  }
  void notify_all() {
    const std::scoped_lock hold(*this);
    Condition::notify_all();
  }
};
struct OurBarrier : Barrier<Processes> {
  static constexpr int kPatienceMs = kLong;
  OurBarrier() : Barrier(3) {}
  bool wait() {
    try {
      (void)Barrier::wait();
      return false;
    } catch (const BrokenBarrier&) {
      return true;
    }
  }
};
struct OurQueue : Queue<long> {
  static constexpr int kPatienceMs = kLong;
  OurQueue() : Queue(8) {}
  void send(long item) { put(item); }
  long receive() { return get(); }
};

}  // namespace

std::vector<Case> our_cases() {
  const std::string us = "gilfree";
  return {
      {"lock", us, "Lock", "lock and unlock", lock_and_unlock<OurLock>()},
      {"lock", us, "Lock", "lock, woken and barged past", woken_and_barged_past<OurLock>(),
       How::kFrozen},
      {"semaphore", us, "BoundedSemaphore", "acquire and release",
       acquire_and_release<OurBoundedSemaphore>()},
      {"semaphore", us, "Semaphore", "acquire and release", acquire_and_release<OurSemaphore>()},
      {"event", us, "Event", "set, one waits", notify_a_waiter<OurEvent>()},
      {"event", us, "Event", "wait, asleep", wait_too<OurEvent>(), How::kAsleep},
      {"condition", us, "Condition", "notify, one waits", notify_a_waiter<OurCondition>()},
      {"condition", us, "Condition", "wait, until it sleeps", wait_too<OurCondition>()},
      {"condition", us, "Condition", "wait, asleep", wait_too<OurCondition>(), How::kAsleep},
      {"barrier", us, "Barrier", "wait, as the last", come<OurBarrier>(2, 1)},
      {"barrier", us, "Barrier", "wait, as the first, asleep", come<OurBarrier>(0, 2),
       How::kAsleep},
      {"queue", us, "Queue", "put", send<OurQueue>()},
      {"queue", us, "Queue", "get", receive<OurQueue>()},
      {"queue", us, "Queue", "put, one sleeps in get", send_to_a_sleeper<OurQueue>()},
      {"queue", us, "Queue", "get, asleep", sleep_in_receive<OurQueue>(), How::kAsleep}};
}

}  // namespace gilfree::testing
