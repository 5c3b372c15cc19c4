// BusyWork: arithmetic of a known duration. Each step needs the result of the one before, so that no
// CPU can overlap them, and no memory is touched. The core is busy meanwhile; it does not sleep.
//
//   const BusyWork work(1000);     // calibrated now, before the workers start
//   work();                        // about 1000 ns
//
// The number of steps is fixed, not the time: on a machine whose speed drifts the work drifts too,
// as a program's does.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace scenarios {

class BusyWork {
 public:
  explicit BusyWork(std::int64_t nanoseconds)
      : steps_(nanoseconds == 0
                   ? 0
                   : static_cast<std::int64_t>(static_cast<double>(nanoseconds) * steps_per_ns())) {
  }

  void operator()() const { take(steps_); }

  static void take(std::int64_t steps) {
    std::uint64_t x = 1;
    for (std::int64_t step = 0; step < steps; ++step) {
      x = x * 6364136223846793005u + 1;
      asm volatile("" : "+r"(x));  // so that the compiler does not sum up the steps
    }
  }

  // Returns the best of nine tries: a disturbance makes a try longer, never shorter.
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

 private:
  std::int64_t steps_;
};

}  // namespace scenarios
