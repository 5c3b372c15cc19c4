// Chores: kinds of work that need a CPU in different ways; a unit of each takes some 10 to 20 us.
//
//   const auto chore = make_chore("memory", lock);   // for each worker, which has its own data
//   while (run.running()) chore(), tally.count(1);
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
void keep(T& value) {
  asm volatile("" : "+r,m"(value) : : "memory");
}

// Each step needs the one before; nothing but registers.
inline void count_up(int steps) {
  std::uint64_t x = 1;
  for (int step = 0; step < steps; ++step) {
    x = x * 6364136223846793005u + 1;
    keep(x);
  }
}

inline void iterate(int steps) {
  double x = 0.3;
  for (int step = 0; step < steps; ++step) x = 3.7 * x * (1 - x);
  keep(x);
}

// Reads memory that no cache keeps, one stretch after the other.
class Reader {
 public:
  void operator()() {
    at_ = (at_ + kStretch) % memory_.size();
    const auto first = memory_.begin() + static_cast<std::ptrdiff_t>(at_);
    auto sum = std::accumulate(first, first + kStretch, std::uint64_t{0});
    keep(sum);
  }

 private:
  static constexpr std::size_t kWords = (64 << 20) / sizeof(std::uint64_t);
  static constexpr std::size_t kStretch = (128 << 10) / sizeof(std::uint64_t);

  std::vector<std::uint64_t> memory_ = std::vector<std::uint64_t>(kWords, 1);
  std::size_t at_ = 0;
};

// Blocks of many sizes, all there at once.
inline void allocate() {
  for (int round = 0; round < 4; ++round) {
    std::array<std::unique_ptr<char[]>, 64> blocks;
    std::size_t size = 16;
    for (auto& block : blocks) {
      block.reset(new char[size]);
      block[0] = 1;
      keep(block);
      size = size * 5 % 4093;
    }
  }
}

// Half of the work is under one lock for all: at most two workers can be of use.
template <typename Lock>
void take_turns(Lock& lock) {
  for (int turn = 0; turn < 10; ++turn) {
    {
      const std::scoped_lock hold(lock);
      count_up(500);
    }
    count_up(500);
  }
}

template <typename Lock>
std::function<void()> make_chore(const std::string& kind, Lock& lock) {
  if (kind == "integer") return [] { count_up(10'000); };
  if (kind == "floating_point") return [] { iterate(4'000); };
  if (kind == "memory") return [reader = std::make_shared<Reader>()] { (*reader)(); };
  if (kind == "allocation") return allocate;
  if (kind == "lock") return [&lock] { take_turns(lock); };
  throw std::invalid_argument("no such work: " + kind);
}

}  // namespace scenarios
