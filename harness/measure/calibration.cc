#include "harness/measure/calibration.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <system_error>
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

namespace {

// Two threads that pass a cache line to and fro, each on a CPU of its own.
class LinePassing {
 public:
  static constexpr int kWarmUp = 1'000, kRounds = 1'000;

  explicit LinePassing(Clock::time_point deadline) : deadline_(deadline) {}

  std::optional<double> nanoseconds(int one, int other) {
    // One that cannot be started leaves the first waiting until the deadline.
    std::jthread answering([&] { answer(other); });
    std::jthread asking([&] { ask(one); });
    asking.join();
    answering.join();
    return cost_ns_;
  }

 private:
  bool await(int value) const {
    for (int looks = 1; line_.load(std::memory_order_acquire) != value; ++looks) {
      if (looks % 256 == 0 && Clock::now() >= deadline_) return false;
    }
    return true;
  }

  void answer(int cpu) {
    if (!stay_on(cpu)) return;
    for (int i = 0; i < kWarmUp + kRounds; ++i) {
      if (!await(2 * i + 1)) return;
      line_.store(2 * i + 2, std::memory_order_release);
    }
  }

  void ask(int cpu) {
    if (!stay_on(cpu)) return;
    Clock::time_point start;
    for (int i = 0; i < kWarmUp + kRounds; ++i) {
      if (i == kWarmUp) start = Clock::now();
      line_.store(2 * i + 1, std::memory_order_release);
      if (!await(2 * i + 2)) return;
    }
    cost_ns_ =
        std::chrono::duration<double, std::nano>(Clock::now() - start).count() / (2 * kRounds);
  }

  const Clock::time_point deadline_;
  alignas(64) std::atomic<int> line_{0};
  alignas(64) std::optional<double> cost_ns_;
};

}  // namespace

std::optional<double> line_bounce_ns(std::chrono::nanoseconds patience) {
  const auto cpus = allowed_cpus();
  if (cpus.size() < 2) return std::nullopt;
  try {
    return LinePassing(Clock::now() + patience).nanoseconds(cpus[0], cpus[1]);
  } catch (const std::system_error&) {  // no further thread is allowed
    return std::nullopt;
  }
}

}  // namespace harness
