#include "harness/measure/calibration.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "harness/base/cpus.h"

namespace harness {

using Clock = std::chrono::steady_clock;

double timer_cost_ns() {
  std::vector<double> costs;
  for (int i = 0; i < 101; ++i) {
    const auto start = Clock::now();
    for (int k = 0; k < 8; ++k) (void)Clock::now();
    costs.push_back(std::chrono::duration<double, std::nano>(Clock::now() - start).count() / 9);
  }
  std::nth_element(costs.begin(), costs.begin() + 50, costs.end());
  return costs[50];
}

double line_bounce_ns() {
  const auto cpus = allowed_cpus();
  if (cpus.size() < 2) return 0;

  constexpr int kRounds = 2'000;
  alignas(64) std::atomic<int> line{0};
  std::thread answering([&] {
    stay_on(cpus[1]);
    for (int i = 0; i < kRounds; ++i) {
      while (line.load(std::memory_order_acquire) != 2 * i + 1) continue;
      line.store(2 * i + 2, std::memory_order_release);
    }
  });
  Clock::time_point start;
  std::thread asking([&] {
    stay_on(cpus[0]);
    for (int i = 0; i < kRounds; ++i) {
      if (i == kRounds / 2) start = Clock::now();
      line.store(2 * i + 1, std::memory_order_release);
      while (line.load(std::memory_order_acquire) != 2 * i + 2) continue;
    }
  });
  asking.join();
  const auto end = Clock::now();
  answering.join();
  return std::chrono::duration<double, std::nano>(end - start).count() / kRounds;
}

}  // namespace harness
