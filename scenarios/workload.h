// Workloads: kinds of work that need a CPU in different ways; a unit of each takes about 10 to 20 us.
//
//   const auto workload = make_workload("memory", lock);   // for each worker, which has its own data
//   while (run.running()) workload(), tally.count(1);
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

namespace scenarios {

// Keeps the compiler from leaving out what `value` depends on.
template <typename T>
void keep_result(T& value) {
  asm volatile("" : "+r,m"(value) : : "memory");
}

// Each step needs the result of the one before; only registers are used.
inline void count_up(int steps) {
  std::uint64_t x = 1;
  for (int step = 0; step < steps; ++step) {
    x = x * 6364136223846793005u + 1;
    keep_result(x);
  }
}

inline void iterate(int steps) {
  double x = 0.3;
  for (int step = 0; step < steps; ++step) x = 3.7 * x * (1 - x);
  keep_result(x);
}

inline constexpr std::size_t kReadBytes = 64 << 20;

// Reads 64 MiB of memory, more than a cache holds, in stretches of 128 KiB.
class MemoryReader {
 public:
  void operator()() {
    at_ = (at_ + kStretch) % memory_.size();
    const auto first = memory_.begin() + static_cast<std::ptrdiff_t>(at_);
    auto sum = std::accumulate(first, first + kStretch, std::uint64_t{0});
    keep_result(sum);
  }

 private:
  static constexpr std::size_t kWords = kReadBytes / sizeof(std::uint64_t);
  static constexpr std::size_t kStretch = (128 << 10) / sizeof(std::uint64_t);

  std::vector<std::uint64_t> memory_ = std::vector<std::uint64_t>(kWords, 1);
  std::size_t at_ = 0;
};

// Allocates blocks of many sizes and frees them together.
inline void allocate() {
  for (int round = 0; round < 4; ++round) {
    std::array<std::unique_ptr<char[]>, 64> blocks;
    std::size_t size = 16;
    for (auto& block : blocks) {
      block.reset(new char[size]);
      block[0] = 1;
      keep_result(block);
      size = size * 5 % 4093;
    }
  }
}

// Does half of its work under a lock that all workers share: at most two workers speed it up.
template <typename Lock>
void work_under_lock(Lock& lock) {
  for (int section = 0; section < 10; ++section) {
    {
      const std::scoped_lock hold(lock);
      count_up(500);
    }
    count_up(500);
  }
}

template <typename Lock>
std::function<void()> make_workload(const std::string& kind, Lock& lock) {
  if (kind == "integer") return [] { count_up(10'000); };
  if (kind == "floating_point") return [] { iterate(4'000); };
  if (kind == "memory") return [reader = std::make_shared<MemoryReader>()] { (*reader)(); };
  if (kind == "allocation") return allocate;
  if (kind == "lock") return [&lock] { work_under_lock(lock); };
  throw std::invalid_argument("no such work: " + kind);
}

}  // namespace scenarios
