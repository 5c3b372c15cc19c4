// Random: the random numbers of a trial. The same seed gives the same numbers on every machine.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

namespace harness::stress {

// SplitMix64 (Steele, Lea, Flood 2014). Not for cryptography. Calls nothing: a signal handler may use it.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  // Returns a number from 0 to n - 1; n is positive.
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  // Returns a number from least to most.
  int between(int least, int most) {
    return least + static_cast<int>(below(static_cast<std::uint64_t>(most - least) + 1));
  }
  // Returns true once in n calls.
  bool once_in(std::uint64_t n) { return below(n) == 0; }
  // Returns a number below `most`, each order of magnitude (to base 2) as often as the others.
  std::uint64_t magnitude(std::uint64_t most) {
    const auto bits = below(static_cast<std::uint64_t>(std::bit_width(most)) + 1);
    return bits == 0 ? 0 : next() % (std::uint64_t{1} << bits) % most;
  }

 private:
  std::uint64_t state_;
};

// Returns a seed for a part of what has this seed: an actor, a trial, a test of that name.
inline std::uint64_t seed_for(std::uint64_t seed, std::uint64_t part) {
  return Random(seed ^ Random(part).next()).next();
}
inline std::uint64_t seed_for(std::uint64_t seed, std::string_view name) {
  for (const char c : name) seed = seed_for(seed, static_cast<unsigned char>(c));
  return seed;
}

}  // namespace harness::stress
