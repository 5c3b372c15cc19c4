// Histogram: latencies in nanoseconds, log-linear, in memory that processes may share.
//
//   histogram.record(812);      // distribution.h reads it
//
// HdrHistogram's layout (Gil Tene, hdrhistogram.org): values below 128 have a bucket each; above,
// each power of two is split into 64 equal buckets, so a value is known to 1/64 of itself and the
// midpoint that a percentile is reported as is at most 0.8 % off. Values from 2^40 ns (18 minutes) on count
// as the last bucket. No pointers, no destructor: zeroed memory is an empty histogram.
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>

namespace harness {

class Histogram {
 public:
  static constexpr int kSubBits = 6;                  // 64 buckets a power of two
  static constexpr int kFirst = 1 << (kSubBits + 1);  // values below this are exact
  static constexpr int kMaxBits = 40;
  static constexpr int kBuckets = kFirst + (kMaxBits - kSubBits - 1) * (1 << kSubBits);

  // Index of the bucket that `value` falls in.
  static constexpr int bucket(std::uint64_t value) {
    if (value < kFirst) return static_cast<int>(value);
    if (value >> kMaxBits != 0) return kBuckets - 1;
    const int shift = static_cast<int>(std::bit_width(value)) - 1 - kSubBits;
    const auto within = static_cast<int>(value >> shift) - (1 << kSubBits);
    return kFirst + (shift - 1) * (1 << kSubBits) + within;
  }
  // Smallest value of a bucket; lowest(bucket + 1) is the first value past it.
  static constexpr std::uint64_t lowest(int bucket) {
    if (bucket < kFirst) return static_cast<std::uint64_t>(bucket);
    const int shift = (bucket - kFirst) / (1 << kSubBits) + 1;
    const int within = (bucket - kFirst) % (1 << kSubBits);
    return static_cast<std::uint64_t>(within + (1 << kSubBits)) << shift;
  }

  // For one writer. Others may read at the same time and see counts of some moment.
  void record(std::uint64_t nanoseconds) {
    auto& count = counts_[bucket(nanoseconds)];
    count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  std::uint64_t count(int bucket) const { return counts_[bucket].load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> counts_[kBuckets]{};
};

}  // namespace harness
