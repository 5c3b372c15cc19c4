// SpinPolicy: how long a waiter stays awake before it sleeps.
//
//   SpinPolicy spin(cpu_of_the_notifier, &object);
//   while (spin.keep_spinning()) {
//     if (ready()) return spin.succeeded();
//   }
//   sleep();
//
// Waking a sleeper costs a few microseconds on its own core and tens of them on an idle one; a spinning
// hand-over costs less than one. A waiter that stays awake for about as long as a sleep and a wake-up
// would cost is never more than twice as slow as one that knew the future (Karlin et al., "Competitive
// randomized algorithms for nonuniform problems", SODA 1990). So:
//
//   1. It sleeps at once where spinning has failed lately (wait_history.h).
//   2. It polls, a pause instruction apart, if the notifier was last seen on another CPU.
//   3. It polls and yields: on a machine with more workers than cores, or with both on one core, the
//      waiter itself keeps the notifier from running. A yield that comes back late has lent the core to
//      an unrelated program for a time slice. Then it does not yield for a while: it polls on, or
//      sleeps at once if the notifier was last seen on its own CPU. The scheduler prefers a thread that
//      has slept to one that has not.
//   4. It sleeps.
#pragma once

#include <sched.h>

#include <chrono>
#include <cstdint>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/wait/wait_history.h"

namespace gilfree::detail {

// About a sleep and a wake-up on an idle core of a virtual machine; see docs/adr/0002-adaptive-waiting.md.
inline constexpr auto kSpinTime = std::chrono::microseconds(50);

class SpinPolicy {
 public:
  // To wait on `object` for a notifier last seen on `their_cpu`: looks as often as it can.
  SpinPolicy(std::int32_t their_cpu, const void* object) : history_(&WaitHistory::of(object)) {
    is_together_ = their_cpu == this_cpu();
    pauses_ = is_together_ ? 0 : kPauses;
    is_over_ = !history_->should_spin();
  }

  // To wait among others for the same: spins whatever spinning has brought, and yields whenever the yields
  // come back. The core that a yield lends runs the notifier or another waiter, and a notifier that must
  // wake many sleepers one by one is slower than waiters that yield to each other.
  static SpinPolicy among_many(std::int32_t their_cpu) {
    SpinPolicy spin;
    spin.pauses_ = their_cpu == this_cpu() ? 0 : kPauses;
    spin.yields_always_ = true;
    return spin;
  }

  // For one of many that is not needed at present.
  static SpinPolicy sleeping_at_once() {
    SpinPolicy spin;
    spin.is_over_ = true;
    return spin;
  }

  // For a contended word: looks less and less often, since each look takes the cache line away from
  // the thread that works on it.
  static SpinPolicy backing_off() {
    SpinPolicy spin;
    spin.pauses_ = kPausesBackingOff;
    spin.growth_ = 2;
    return spin;
  }

  // False when it is time to sleep.
  bool keep_spinning() {
    if (is_over_) [[unlikely]]
      return false;
    if (pauses_ > 0) {
      pauses_ -= at_once_;
      for (int i = 0; i < at_once_; ++i) relax();
      at_once_ = at_once_ * growth_ < kMostAtOnce ? at_once_ * growth_ : kMostAtOnce;
      return true;
    }
    return yield();
  }

  // To be called once what is waited for has come while spinning.
  void succeeded() {
    if (history_ != nullptr) history_->spin_succeeded();
  }
  // Of this thread with the object; null for a contended word.
  WaitHistory* history() const { return history_; }

 private:
  // A pause instruction takes 13 to 40 ns: 1.5 to 4 us, and four times that.
  static constexpr int kPauses = 100, kPausesBackingOff = 400, kMostAtOnce = 32;
  static constexpr int kPausesAlone = 8;  // in place of a yield

  SpinPolicy() = default;

  [[gnu::noinline]] bool yield() {
    auto& yields = YieldHistory::of_this_thread();
    if (until_ == Deadline{}) {
      now_ = Clock::now();
      until_ = now_ + kSpinTime;
      yields_ = yields_always_ || yields.should_yield(now_);
      if (!yields_ && is_together_) return fail();
    }
    if (now_ >= until_) return fail();
    const auto before = now_;
    if (yields_) {
      ::sched_yield();
    } else {
      for (int i = 0; i < kPausesAlone; ++i) relax();
    }
    now_ = Clock::now();
    if (yields_ && !yields_always_ && yields.came_back(before, now_))
      until_ = now_;  // looks once more
    return true;
  }
  bool fail() {
    is_over_ = true;
    if (history_ != nullptr) history_->spin_failed();
    return false;
  }

  WaitHistory* history_ = nullptr;
  int pauses_ = 0;
  int at_once_ = 1, growth_ = 1;
  bool is_together_ = false;  // the notifier was last seen on this CPU
  bool is_over_ = false;
  bool yields_ = true, yields_always_ = false;
  Deadline now_{}, until_{};  // set when the pauses are used up
};

}  // namespace gilfree::detail
