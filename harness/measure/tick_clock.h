// TickClock: readings of the clock around an operation, at the price of the CPU's time-stamp counter.
//
//   const auto from = TickClock::before();
//   operation();
//   tally.record(TickClock::nanoseconds(from, TickClock::after()));
//
// Where the kernel's clock is the counter of an x86-64 CPU (clocksource tsc), calibrate() has the counter read directly
// (docs/0006). Elsewhere, and until then, these are readings of steady_clock.
//
// after() waits until the operation is done. before() does not wait for what precedes it: the rest of that counts as a
// part of the operation, which is never made shorter by it.
#pragma once

#include <chrono>
#include <cstdint>

namespace harness {

class TickClock {
 public:
  static std::uint64_t before() {
#if defined(__x86_64__)
    if (ns_per_tick_ > 0) return __builtin_ia32_rdtsc();
#endif
    return steady();
  }

  static std::uint64_t after() {
#if defined(__x86_64__)
    if (ns_per_tick_ > 0) {
      unsigned cpu;
      return __builtin_ia32_rdtscp(&cpu);
    }
#endif
    return steady();
  }

  // 0 if the clock of another CPU is behind.
  static std::uint64_t nanoseconds(std::uint64_t from, std::uint64_t to) {
    if (to <= from) return 0;
    if (ns_per_tick_ <= 0) return to - from;
    return static_cast<std::uint64_t>(static_cast<double>(to - from) * ns_per_tick_);
  }

  // Before anything is timed, in a process of one thread; its children inherit the result. Takes a millisecond.
  static void calibrate();

 private:
  static std::uint64_t steady() {
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch() /
                                      std::chrono::nanoseconds(1));
  }

  inline static double ns_per_tick_ = 0;  // 0: steady_clock is read
};

}  // namespace harness
