// SpinPolicy: how long a waiter stays awake before it sleeps.
//
//   SpinPolicy spin(cpu_of_the_notifier);
//   while (!ready()) if (!spin.keep_spinning()) return sleep();
//
// Waking a sleeper costs a few microseconds on its own core and tens of them on an idle one; a spinning
// hand-over costs less than one. A waiter that stays awake for about as long as a sleep and a wake-up
// would cost is never more than twice as slow as one that knew the future (Karlin et al., "Competitive
// randomized algorithms for nonuniform problems", SODA 1990). So:
//
//   1. It polls, a pause instruction apart, if the notifier was last seen on another CPU.
//   2. It polls and yields: on a machine with more workers than cores, or with both on one core, the
//      waiter itself keeps the notifier from running.
//   3. It sleeps.
#pragma once

#include <sched.h>

#include <chrono>
#include <cstdint>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"

namespace gilfree::detail {

// About a sleep and a wake-up on an idle core of a virtual machine; see docs/adr/0002-adaptive-waiting.md.
inline constexpr auto kSpinTime = std::chrono::microseconds(50);

class SpinPolicy {
 public:
  // For a notifier last seen on `their_cpu`: looks as often as it can.
  explicit SpinPolicy(std::int32_t their_cpu) : pauses_(their_cpu == this_cpu() ? 0 : kPauses) {}

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
    if (pauses_ > 0) {
      pauses_ -= at_once_;
      for (int i = 0; i < at_once_; ++i) relax();
      at_once_ = at_once_ * growth_ < kMostAtOnce ? at_once_ * growth_ : kMostAtOnce;
      return true;
    }
    const auto now = Clock::now();
    if (until_ == Deadline{}) until_ = now + kSpinTime;
    if (now >= until_) return false;
    ::sched_yield();
    return true;
  }

 private:
  // A pause instruction takes 13 to 25 ns: 1.5 to 2.5 us, and four times that.
  static constexpr int kPauses = 100, kPausesBackingOff = 400, kMostAtOnce = 32;

  SpinPolicy() = default;

  int pauses_ = 0;
  int at_once_ = 1, growth_ = 1;
  Deadline until_{};  // set when the pauses are used up
};

}  // namespace gilfree::detail
