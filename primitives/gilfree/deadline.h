// Deadline and Timeout: how long a call may wait.
//
//   Deadline deadline = after(20ms);           // or kNow, kNever
//   bool try_put_for(item, Timeout timeout);   // accepts any std::chrono duration: 20ms, 0.5s, 1h
//
// Order       A deadline is a moment of the steady clock; kNow comes before all, kNever after all.
// Cost        One reading of the clock to make a deadline of a timeout, two from another clock.
// Blocking    Nothing here waits. A wait that is given a moment of another clock, say the system's, wakes
//             every 20 ms to look at that clock, and so follows it when it is set.
// Errors      A negative timeout, or one that is not a number: std::invalid_argument, as in Python. One
//             too long to count waits for ever.
// Visibility  Values: each thread has its own.
// Crash       Nothing here is shared.
#pragma once

#include "gilfree/version.h"

#include <chrono>
#include <concepts>
#include <stdexcept>

#include "gilfree/detail/base/one_copy.h"

namespace gilfree {

// The clock of every wait. It is not set while the machine runs.
using Clock = std::chrono::steady_clock;
using Deadline = Clock::time_point;

// Wait for ever, and do not wait at all.
inline constexpr Deadline kNever = Deadline::max();
inline constexpr Deadline kNow = Deadline::min();

// Returns the moment `timeout` from now; kNever when that lies beyond the clock.
inline Deadline after(std::chrono::nanoseconds timeout) {
  const auto now = Clock::now();
  return timeout < kNever - now ? now + timeout : kNever;
}

// How long a call may wait: any std::chrono duration, also one of floating point. The parameter type of
// every _for function; it is turned into a deadline once, when the call begins.
class Timeout {
 public:
  template <typename Rep, typename Period>
  Timeout(std::chrono::duration<Rep, Period> timeout)  // NOLINT: implicit, so that 20ms will do
      : duration_(to_nanoseconds(timeout)) {}

  // Returns the moment at which a wait that begins now is over.
  Deadline deadline() const { return after(duration_); }

 private:
  template <typename Given>
  static std::chrono::nanoseconds to_nanoseconds(Given timeout) {
    using Seconds = std::chrono::duration<long double>;
    if (!(timeout >= Given::zero())) {  // true for a NaN too
      throw std::invalid_argument("gilfree: a timeout must not be negative; give 0 not to wait");
    }
    if (Seconds(timeout) >= Seconds(std::chrono::nanoseconds::max())) {
      return std::chrono::nanoseconds::max();
    }
    return std::chrono::duration_cast<std::chrono::nanoseconds>(timeout);
  }

  std::chrono::nanoseconds duration_;
};

namespace detail {

// The latest moment of another clock that this thread has turned into a deadline. That clock may be set
// meanwhile, so a waiter turns the moment into a deadline again each time that it looks.
struct OtherClock {
  using Convert = Deadline (*)(long double);

  Deadline deadline = kNever;  // what it was turned into
  long double moment = 0;      // in seconds since that clock's epoch
  Convert convert = nullptr;
};
GILFREE_ONE_COPY inline constinit thread_local OtherClock other_clock;

// Returns whether `deadline` is the one that the latest moment of another clock was turned into.
inline bool is_of_other_clock(Deadline deadline) {
  return other_clock.convert != nullptr && deadline == other_clock.deadline;
}
// Returns the deadline, by what the clock that it was given in shows now.
inline Deadline as_of_now(Deadline deadline) {
  return is_of_other_clock(deadline) ? other_clock.convert(other_clock.moment) : deadline;
}
// Returns whether the deadline has passed, by the clock that it was given in.
inline bool has_passed(Deadline deadline) {
  return deadline != kNever && Clock::now() >= as_of_now(deadline);
}

// Returns the deadline of a moment of the clock C, by what that clock shows now.
template <typename C>
Deadline convert(long double moment) {
  using Seconds = std::chrono::duration<long double>;  // does not overflow
  const Seconds left = Seconds(moment) - Seconds(C::now().time_since_epoch());
  return left > left.zero() ? Timeout(left).deadline() : kNow;
}

}  // namespace detail

// Returns a moment of any clock as a deadline of the steady clock. One beyond what that can count is
// kNever, or kNow. The waits of this thread follow the other clock when it is set, within 20 ms.
template <typename C, typename D>
Deadline to_deadline(std::chrono::time_point<C, D> time) {
  using Seconds = std::chrono::duration<long double>;  // does not overflow
  const Seconds since_epoch(time.time_since_epoch());
  if constexpr (std::same_as<C, Clock>) {
    if (since_epoch >= Seconds(kNever.time_since_epoch())) return kNever;
    if (!(since_epoch > Seconds(kNow.time_since_epoch()))) return kNow;
    return std::chrono::time_point_cast<Clock::duration>(time);
  } else {
    const Deadline deadline = detail::convert<C>(since_epoch.count());
    detail::other_clock = {deadline, since_epoch.count(), detail::convert<C>};
    return deadline;
  }
}

}  // namespace gilfree
