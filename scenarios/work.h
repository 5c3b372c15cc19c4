// Work: a known time of arithmetic in which each step needs the one before, so that no CPU can do it
// faster by doing more at once, and that touches no memory. It is not a sleep: the core is busy.
//
//   const Work work(1000);     // calibrated now, before the parties start
//   work();                    // about 1000 ns
//
// The number of steps is fixed, not the time: on a machine whose speed drifts the work drifts too,
// as a program's does.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace scenarios {

class Work {
 public:
  explicit Work(std::int64_t nanoseconds)
      : steps_(static_cast<std::int64_t>(static_cast<double>(nanoseconds) * steps_per_ns())) {}

  void operator()() const { take(steps_); }

 private:
  static void take(std::int64_t steps) {
    std::uint64_t x = 1;
    for (std::int64_t step = 0; step < steps; ++step) {
      x = x * 6364136223846793005u + 1;
      asm volatile("" : "+r"(x));  // so that the compiler does not sum up the steps
    }
  }

  // The best of some: what disturbs a try makes it longer.
  static double steps_per_ns() {
    using Clock = std::chrono::steady_clock;
    constexpr std::int64_t kSteps = 20'000;
    double best = 0;
    for (int attempt = 0; attempt < 9; ++attempt) {
      const auto start = Clock::now();
      take(kSteps);
      const std::chrono::duration<double, std::nano> time = Clock::now() - start;
      best = std::max(best, static_cast<double>(kSteps) / time.count());
    }
    return best;
  }

  std::int64_t steps_;
};

}  // namespace scenarios
