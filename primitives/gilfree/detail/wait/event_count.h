// EventCount: a condition variable without a lock: waits until what another thread publishes is true.
//
//   full.store(true, std::memory_order_release);          // the notifier: first publish,
//   event_count.notify_one();                             // then notify: one load unless a thread sleeps
//
//   const auto ready = [&] { return full.load(std::memory_order_acquire); };
//   event_count.wait(deadline, kNoCpu, ready);            // a waiter; any number may wait, any number notify
//                                                         // (kNoCpu: on which CPU the notifier is, is not known)
//
// As folly's EventCount, across processes too. wait() returns when ready() was true or the deadline has
// come, never spuriously; but another waiter may have been as fast, so a caller that takes something tries
// again. ready() is called by the waiter alone, many times. `epoch_` is a futex word, so the kernel keeps
// the queue of sleepers and removes one that is killed (docs/adr/0002-adaptive-waiting.md). 12 bytes.
//
//   | step | waiter                                          | notifier                              |
//   | 1    | heard = epoch                                   | publish                               |
//   | 2    | set the waiter flag (and fence: waiter_flag.h)  | flag set? no: done                    |
//   | 3    | ready()? yes: done                              | clear the flag; no waiter: done       |
//   | 4    | sleep while epoch == heard                      | ++epoch                               |
//   | 5    | ready()? no: step 1                             | wake one sleeper, or all              |
//
// 1. The waiter sets the flag, then looks at what is published (steps 2, 3); the notifier publishes, then looks at
//    the flag (steps 1, 2). With a barrier in between, at least one of them sees the other's store: no waiter
//    sleeps although its ready() is true.
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

// How a wait has ended. Why it is not an std::optional: mutex.h, Locked.
enum class Waited {
  kTooLate,  // the deadline came first
  kNot,      // ready at the first look
  kAwake,    // ready while it spun
  kAsleep,  // ready once it slept or was about to: it may have used up a notify_one() (owed_wake_up.h)
};

template <Scope S>
class EventCount {
 public:
  // --- For a waiter.

  // As one of many that wait here. Returns once ready(): how it waited, or kTooLate if the deadline came
  // first. `their_cpu` is where the notifier was last seen. hopeless() says that nobody is left to make
  // ready() true. It is asked before each sleep and may cost a system call; the wait also ends when it is
  // true, and the caller finds out why.
  template <typename Ready, typename Hopeless>
  Waited wait(Deadline deadline, std::int32_t their_cpu, Ready ready, Hopeless hopeless) {
    return wait(deadline, SpinPolicy::among_many(their_cpu), ready, hopeless);
  }
  // For the only thread that waits here, most of the time.
  template <typename Ready, typename Hopeless>
  Waited wait_alone(Deadline deadline, Ready ready, Hopeless hopeless) {
    return wait(deadline, SpinPolicy(kNoCpu, this), ready, hopeless);
  }
  // As the first wait(), awake for as long as `spin` says.
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

  // Both where nothing but ready() and the deadline ends the wait.
  template <typename Ready>
  Waited wait(Deadline deadline, std::int32_t their_cpu, Ready ready) {
    return wait(deadline, their_cpu, ready, [] { return false; });
  }
  template <typename Ready>
  Waited wait(Deadline deadline, SpinPolicy spin, Ready ready) {
    return wait(deadline, spin, ready, [] { return false; });
  }

  // --- For a notifier, after it has published.

  // Wakes one waiter; one that leaves something behind notifies the next.
  void notify_one() {
    if (waiters_.is_set()) [[unlikely]]
      notify_one_slow();
  }
  // Wakes all waiters, unless a notify_one() has just cleared the flag: then it wakes none, and the thread that
  // notify_one() wakes must notify the others.
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

  // A waiter between its steps 2 and 5: counted, with the flag set. If ready() or the sleep throws, it may
  // have used up a notification: then it is counted no more, and wakes the others to look in its place.
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

    // Notifiers see the flag at once; if not, each sleep is short (waiter_flag.h, 3).
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
      const auto heard = epoch_.load(std::memory_order_acquire);  // step 1
      Sleeper sleeper(*this);                                     // 2
      const bool is_ready = ready();                              // 3
      const bool is_late = !is_ready && has_passed(deadline);
      const bool sleeps = !is_ready && !is_late;
      if (sleeps) {  // 4
        parker.park(epoch_, heard,
                    sleeper.is_seen() ? deadline : std::min(deadline, after(kStoreDelay)));
      }
      sleeper.leave();
      const bool is_woken = sleeps && ready();  // 5
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
static_assert(sizeof(EventCount<Threads>) == 12 && sizeof(EventCount<Processes>) == 12,
              "as said above");

}  // namespace gilfree::detail
