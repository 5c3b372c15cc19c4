// Event: a flag that one thread or process sets and many wait for.
//
//   mp::Event ready;
//   mp::Process server([&] { listen(); ready.set(); serve(); });
//   server.start();
//   if (!ready.wait_for(5s)) give_up();
//   ready.clear();                             // for the next time
//
// Python's multiprocessing.Event and threading.Event.
//
// Order       All that wait while set() is called are let go, in no order.
// Cost        set, clear: an atomic read-modify-write; is_set, and wait on a set one: a load. No system
//             call unless a thread has to sleep or be woken.
// Blocking    wait waits until it is set: it spins for 50 us at most, then sleeps; where spinning has not
//             paid lately for this thread, it sleeps at once. wait_for and wait_until wait at most that
//             long and return false if it was too long. set never waits. It wakes all waiters, also if
//             clear() follows at once.
// Errors      A negative timeout: std::invalid_argument.
// Visibility  set synchronizes with the wait or is_set that sees it. set does not touch the event after
//             it has let a waiter go: "wait for the event, then destroy it" is safe.
// Crash       A process may be killed at any instruction. It has set (cleared) the event or it has not;
//             if it has, all waiters are let go at once (detail/wait/parker.h).
#pragma once

#include "gilfree/version.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/base/futex.h"
#include "gilfree/detail/memory/state_memory.h"
#include "gilfree/detail/wait/parker.h"
#include "gilfree/detail/wait/spin_policy.h"
#include "gilfree/named.h"
#include "gilfree/scope.h"

namespace gilfree {

template <Scope S = Processes>
class Event {
 public:
  // An event that is not set, by itself or under a name. One that exists stays as it is.
  Event() : state_memory_(0) {}
  Event(create_only_t tag, std::string_view name) : state_memory_(tag, name, 0) {}
  Event(open_only_t tag, std::string_view name) : state_memory_(tag, name) {}
  Event(open_or_create_t tag, std::string_view name) : state_memory_(tag, name, 0) {}
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  // Sets it and lets all waiters go. Does not touch the event after the step that sets it.
  void set() {
    auto word = state_memory_->word.load(std::memory_order_relaxed);
    std::atomic<std::uint32_t>* const address = &state_memory_->word;
    do {
      if (is_set(word)) return;
    } while (!address->compare_exchange_weak(word, ((word & ~kSleeps) + kNextTime),
                                             std::memory_order_acq_rel));  // commit
    if ((word & kSleeps) != 0) detail::Kernel<S>::wake_all(*address);
  }
  // Makes it unset. The waiters that a set() has released return nevertheless.
  void clear() { state_memory_->word.fetch_and(~kSet, std::memory_order_acq_rel); }
  // Returns whether it is set. May have changed when it returns.
  bool is_set() const { return is_set(state_memory_->word.load(std::memory_order_acquire)); }

  // Waits until it is set. The timed forms return false if that takes longer.
  void wait() { (void)wait_till(kNever); }
  bool wait_for(Timeout timeout) { return wait_till(timeout.deadline()); }
  template <typename C, typename D>
  bool wait_until(std::chrono::time_point<C, D> time) {
    return wait_till(to_deadline(time));
  }

 private:
  // | how often it was set: 30 | a waiter sleeps: 1 | it is set: 1 |
  //
  // 1. A waiter that began before a set() and looks after a clear() sees by the number that it was set.
  // 2. A waiter sets kSleeps by compare-and-swap and sleeps on the word as it then is. set() changes the
  //    word in the step that reads kSleeps, so it wakes that waiter or the waiter does not fall asleep:
  //    no fence is needed.
  // 3. After that step set() uses the address alone, so a waiter that it lets go may destroy the event.
  static constexpr std::uint32_t kSet = 1, kSleeps = 2, kNumber = 4;
  static constexpr std::uint32_t kNextTime = kNumber + kSet;  // of an unset word: one more, and set
  struct State {
    std::atomic<std::uint32_t> word{0};
  };

  static bool is_set(std::uint32_t word) { return (word & kSet) != 0; }

  bool wait_till(Deadline deadline) {
    auto& word = state_memory_->word;
    const auto before = word.load(std::memory_order_acquire);
    if (is_set(before)) return true;
    const auto done = [&] {
      const auto now = word.load(std::memory_order_acquire);
      return is_set(now) || (now ^ before) >= kNumber;
    };
    if (deadline == kNow) return false;
    detail::SpinPolicy spin(detail::kNoCpu, &word);
    while (spin.keep_spinning()) {
      if (!done()) continue;
      spin.succeeded();
      return true;
    }
    return sleep(deadline, *spin.history(), done);
  }

  // Marks the word, so that set() wakes the sleepers, and sleeps while it is marked and not set. A park may
  // end for no reason, so it looks again; whether one was enough goes into the history.
  template <typename Done>
  bool sleep(Deadline deadline, detail::WaitHistory& history, Done done) {
    auto& word = state_memory_->word;
    detail::Parker<S> parker(&history);
    int parks = 0;
    for (; !done(); ++parks) {
      if (detail::has_passed(deadline)) return false;
      auto now = word.load(std::memory_order_acquire);
      if (is_set(now)) break;
      if ((now & kSleeps) == 0 &&
          !word.compare_exchange_weak(now, now | kSleeps, std::memory_order_acq_rel)) {
        continue;
      }
      parker.park(word, now | kSleeps, deadline);
    }
    history.slept(parks <= 1);
    return true;
  }

  detail::StateMemory<State, S> state_memory_;
};

}  // namespace gilfree
