#include "harness/measure/histogram.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <random>

namespace harness {
namespace {

// Around every power of two, where buckets change their width, and anywhere between.
std::vector<std::uint64_t> interesting_values() {
  std::vector<std::uint64_t> values;
  for (int bits = 0; bits < Histogram::kMaxBits; ++bits) {
    const auto power = std::uint64_t{1} << bits;
    for (const auto value : {power - 1, power, power + 1}) values.push_back(value);
  }
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> bits(0, Histogram::kMaxBits);
  for (int i = 0; i < 10'000; ++i) {
    values.push_back(static_cast<std::uint64_t>(std::exp2(bits(random))));
  }
  return values;
}

TEST(HistogramTest, AValueFallsIntoTheBucketWhoseBoundsHoldIt) {
  for (const auto value : interesting_values()) {
    const int bucket = Histogram::bucket(value);
    EXPECT_LE(Histogram::lowest(bucket), value);
    EXPECT_GT(Histogram::lowest(bucket + 1), value);
  }
}

TEST(HistogramTest, ABucketIsNarrowerThanASixtyFourthOfItsValues) {
  for (int bucket = 1; bucket < Histogram::kBuckets; ++bucket) {
    const auto low = Histogram::lowest(bucket);
    const auto width = Histogram::lowest(bucket + 1) - low;
    if (width > 1) {
      EXPECT_LE(64 * width, low) << "bucket " << bucket;
    }
  }
}

TEST(HistogramTest, WhatIsTooLongForItCountsAsItsLastBucket) {
  EXPECT_EQ(Histogram::bucket((std::uint64_t{1} << Histogram::kMaxBits) - 1),
            Histogram::kBuckets - 1);
  EXPECT_EQ(Histogram::bucket(std::uint64_t{1} << Histogram::kMaxBits), Histogram::kBuckets - 1);
  EXPECT_EQ(Histogram::bucket(~std::uint64_t{0}), Histogram::kBuckets - 1);
}

// Parties count into zeroed memory in which no Histogram was constructed.
TEST(HistogramTest, ZeroedMemoryIsAnEmptyHistogram) {
  const auto histogram = std::make_unique<Histogram>();
  const auto zeros = std::make_unique<char[]>(sizeof(Histogram));
  EXPECT_EQ(std::memcmp(histogram.get(), zeros.get(), sizeof(Histogram)), 0);
}

TEST(HistogramTest, EveryRecordIsCountedOnce) {
  const auto histogram = std::make_unique<Histogram>();
  for (const auto value : {100, 100, 100'000}) {
    histogram->record(static_cast<std::uint64_t>(value));
  }
  EXPECT_EQ(histogram->count(Histogram::bucket(100)), 2u);
  EXPECT_EQ(histogram->count(Histogram::bucket(100'000)), 1u);
  EXPECT_EQ(histogram->count(Histogram::bucket(50'000)), 0u);
}

}  // namespace
}  // namespace harness
