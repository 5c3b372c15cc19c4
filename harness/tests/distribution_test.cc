#include "harness/measure/distribution.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include "harness/base/json.h"
#include "harness/measure/histogram.h"

namespace harness {
namespace {

std::vector<std::uint64_t> counts_of(const std::vector<double>& values) {
  std::vector<std::uint64_t> counts(Histogram::kBuckets);
  for (const double value : values)
    ++counts[static_cast<std::size_t>(Histogram::bucket(static_cast<std::uint64_t>(value)))];
  return counts;
}

std::vector<double> sample(int n, const std::function<double(std::mt19937_64&)>& draw) {
  std::mt19937_64 random(7);
  std::vector<double> values;
  for (int i = 0; i < n; ++i) values.push_back(std::floor(draw(random)));
  return values;
}

void expect_percentiles_of(std::vector<double> values) {
  const auto counts = counts_of(values);
  std::sort(values.begin(), values.end());
  for (const double q : {0.5, 0.9, 0.99, 0.999, 0.9999}) {
    const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(values.size())));
    const double exact = values[rank - 1];
    const auto estimated = percentile(counts, q);
    ASSERT_TRUE(estimated);
    EXPECT_NEAR(*estimated, exact, 0.01 * exact) << "q = " << q;
  }
}

TEST(DistributionTest, APercentileIsWithinOnePercentOfTheExactSortOfFiveDistributions) {
  std::lognormal_distribution<double> skewed(7, 1.5);
  std::uniform_real_distribution<double> even(200, 2'000'000);
  std::normal_distribution<double> spinning(400, 30), sleeping(45'000, 4'000);
  std::bernoulli_distribution slept(0.02);

  expect_percentiles_of(sample(200'000, [&](auto& random) { return skewed(random); }));
  expect_percentiles_of(sample(200'000, [&](auto& random) { return even(random); }));
  expect_percentiles_of(sample(
      200'000, [&](auto& random) { return slept(random) ? sleeping(random) : spinning(random); }));
  std::exponential_distribution<double> waiting(1.0 / 3'000);
  expect_percentiles_of(sample(200'000, [&](auto& random) { return 150 + waiting(random); }));
  // Pareto's, with a tail so heavy that it has no variance.
  std::uniform_real_distribution<double> share(0, 1);
  expect_percentiles_of(
      sample(200'000, [&](auto& random) { return 300 * std::pow(1 - share(random), -1 / 1.5); }));
}

TEST(DistributionTest, APercentileNeedsThreeValuesBeyondIt) {
  for (const auto& [q, least] :
       {std::pair{0.5, 6}, {0.9, 30}, {0.99, 300}, {0.999, 3'000}, {0.9999, 30'000}}) {
    std::vector<std::uint64_t> counts(Histogram::kBuckets);
    counts[100] = static_cast<std::uint64_t>(least - 1);
    EXPECT_EQ(percentile(counts, q), std::nullopt) << "q = " << q;
    ++counts[100];
    EXPECT_EQ(percentile(counts, q), 100) << "q = " << q;
  }
}

TEST(DistributionTest, ARowLeavesOutWhatItsSampleDoesNotSupport) {
  Json row;
  ASSERT_TRUE(add_percentiles(row, counts_of(std::vector<double>(299, 50))));
  EXPECT_TRUE(row.contains("lat_p90_ns"));
  EXPECT_FALSE(row.contains("lat_p99_ns"));
  EXPECT_FALSE(row.contains("lat_p9999_ns"));
  EXPECT_EQ(row["lat_n"], 299);
}

TEST(DistributionTest, ARowSaysTheLeastTheMostAndTheMean) {
  Json row;
  ASSERT_TRUE(add_percentiles(row, counts_of({10, 20, 60})));
  EXPECT_EQ(row["lat_min_ns"], 10);
  EXPECT_EQ(row["lat_max_ns"], 60);
  EXPECT_EQ(row["lat_mean_ns"], 30);
}

TEST(DistributionTest, WithoutARecordNothingIsSaid) {
  Json row;
  EXPECT_FALSE(add_percentiles(row, std::vector<std::uint64_t>(Histogram::kBuckets)));
  EXPECT_TRUE(row.is_null());
}

TEST(DistributionTest, FairnessIsOneForEvenSharesAndOneOfNForAMonopoly) {
  Json even, monopoly;
  add_fairness(even, {500, 500, 500, 500});
  add_fairness(monopoly, {2000, 0, 0, 0});
  EXPECT_DOUBLE_EQ(even["fair_jain"], 1);
  EXPECT_DOUBLE_EQ(even["fair_min_share"], 1);
  EXPECT_DOUBLE_EQ(monopoly["fair_jain"], 0.25);
  EXPECT_DOUBLE_EQ(monopoly["fair_min_share"], 0);
}

TEST(DistributionTest, OnePartyAloneIsNeitherFairNorUnfair) {
  Json row;
  add_fairness(row, {500});
  add_fairness(row, {0, 0});
  EXPECT_TRUE(row.is_null());
}

TEST(DistributionTest, AnOpenLoopIsSaturatedIfItFallsBehindByMoreThanChance) {
  const auto saturated = [](double ops, bool poisson) {
    Json row = {{"ops_per_s", ops / 0.1}, {"window_s", 0.1}};
    add_saturation(row, 10'000, poisson);  // 1,000 are due
    EXPECT_EQ(row["achieved_rate_per_s"], row["ops_per_s"]);
    return row["saturated"] == 1;
  };
  EXPECT_FALSE(saturated(1'000, false));
  EXPECT_FALSE(saturated(979, false));
  EXPECT_TRUE(saturated(977, false));
  EXPECT_FALSE(saturated(890, true));  // Poisson: a deviation is 32
  EXPECT_TRUE(saturated(880, true));
}

TEST(DistributionTest, ServiceTimesHaveColumnsOfTheirOwn) {
  Json row;
  add_service_times(row, counts_of({}));
  EXPECT_TRUE(row.empty());
  add_service_times(row, counts_of(std::vector<double>(400, 100.0)));
  EXPECT_NEAR(row["svc_p50_ns"], 100, 1);
  EXPECT_NEAR(row["svc_p99_ns"], 100, 1);
  EXPECT_NEAR(row["svc_max_ns"], 100, 1);
  EXPECT_EQ(row.size(), 3u);
}

}  // namespace
}  // namespace harness
