// Deadline and Timeout: how long a call may wait.
//
//   bool await(Deadline deadline);          await(kNow); await(after(20ms)); await(kNever);
//   bool try_put_for(item, Timeout timeout) // accepts any std::chrono duration
#pragma once

#include <chrono>
#include <concepts>
#include <stdexcept>

namespace gilfree {

using Clock = std::chrono::steady_clock;
using Deadline = Clock::time_point;

inline constexpr Deadline kNever = Deadline::max();
inline constexpr Deadline kNow = Deadline::min();  // without waiting

// The moment `patience` from now; kNever when that lies beyond the clock.
inline Deadline after(std::chrono::nanoseconds patience) {
  const auto now = Clock::now();
  return patience < kNever - now ? now + patience : kNever;
}

// How long a call may wait: any std::chrono duration. One that is too long to count waits for ever. A
// negative one is a mistake of the caller, as in Python, and throws std::invalid_argument.
class Timeout {
 public:
  template <typename Rep, typename Period>
  Timeout(std::chrono::duration<Rep, Period> patience)  // NOLINT: implicit, so that 20ms will do
      : patience_(to_nanoseconds(patience)) {}

  Deadline deadline() const { return after(patience_); }

 private:
  template <typename Given>
  static std::chrono::nanoseconds to_nanoseconds(Given patience) {
    using Seconds = std::chrono::duration<long double>;
    if (!(patience >= Given::zero())) {  // true for a NaN too
      throw std::invalid_argument("gilfree: a timeout must not be negative; give 0 not to wait");
    }
    if (Seconds(patience) >= Seconds(std::chrono::nanoseconds::max())) {
      return std::chrono::nanoseconds::max();
    }
    return std::chrono::duration_cast<std::chrono::nanoseconds>(patience);
  }

  std::chrono::nanoseconds patience_;
};

// Converts a moment of any clock to the steady clock. One beyond its range is kNever, or kNow.
template <typename C, typename D>
Deadline to_deadline(std::chrono::time_point<C, D> time) {
  using Seconds = std::chrono::duration<long double>;  // does not overflow
  const Seconds since_epoch(time.time_since_epoch());
  if constexpr (std::same_as<C, Clock>) {
    if (since_epoch >= Seconds(kNever.time_since_epoch())) return kNever;
    if (!(since_epoch > Seconds(kNow.time_since_epoch()))) return kNow;
    return std::chrono::time_point_cast<Clock::duration>(time);
  } else {
    const Seconds left = since_epoch - Seconds(C::now().time_since_epoch());
    return left > left.zero() ? Timeout(left).deadline() : kNow;
  }
}

}  // namespace gilfree
