#include "harness/judge/statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace harness::testing {
namespace {

std::vector<double> numbers(int count) {
  std::vector<double> values;
  for (int i = 1; i <= count; ++i) values.push_back(i);
  return values;
}

TEST(StatisticsTest, TheMedianIsTheMiddleOrTheMeanOfTheTwoMiddleOnes) {
  EXPECT_EQ(median({3, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 3, 2}), 2.5);
  EXPECT_EQ(median({7}), 7);
}

// The ranks are those of scipy.stats.binom.cdf (SciPy 1.10): the largest k with cdf(k - 1) <= 0.025.
TEST(StatisticsTest, TheIntervalOfAMedianHasTheRanksOfTheBinomialDistribution) {
  EXPECT_FALSE(median_interval(numbers(5), 0.95));
  for (const auto& [count, rank] : {std::pair(6, 1), {8, 1}, {12, 3}, {20, 6}, {30, 10}}) {
    const auto interval = median_interval(numbers(count), 0.95);
    ASSERT_TRUE(interval) << count;
    EXPECT_EQ(interval->low, rank);
    EXPECT_EQ(interval->high, count + 1 - rank);
  }
  EXPECT_FALSE(median_interval(numbers(7), 0.99));
  EXPECT_TRUE(median_interval(numbers(8), 0.99));
}

// 95 % of intervals hold the true median, whatever the distribution: here a skewed one.
TEST(StatisticsTest, TheIntervalCoversTheMedianAsOftenAsItSays) {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> skewed(0, 1);  // its median is 1
  int covered = 0;
  constexpr int kTrials = 4'000;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> values;
    for (int i = 0; i < 12; ++i) values.push_back(skewed(random));
    const auto interval = *median_interval(values, 0.95);
    if (interval.low <= 1 && 1 <= interval.high) ++covered;
  }
  EXPECT_GT(covered, 0.95 * kTrials);
  EXPECT_LT(covered, 0.975 * kTrials);  // exactly 96.1 %
}

// The p-values are those of scipy.stats.mannwhitneyu (SciPy 1.10), method "exact" and "asymptotic".
TEST(StatisticsTest, TheUTestIsExactForFewValuesAndApproximateForMany) {
  EXPECT_NEAR(mann_whitney({1.1, 2.2, 3.3, 4.4, 5.5, 6.6}, {3, 5, 7, 8, 9, 10, 11}),
              0.03496503496503496, 1e-12);
  EXPECT_NEAR(mann_whitney({0, 1, 2, 3, 4}, {10, 11, 12, 13, 14}), 0.007936507936507936, 1e-12);
  std::vector<double> a, b;
  for (int i = 0; i < 40; ++i) a.push_back(i * 37 % 101);
  for (int i = 0; i < 45; ++i) b.push_back(i * 53 % 97 + 20);
  EXPECT_NEAR(mann_whitney(a, b), 0.02418726453925939, 1e-9);
}

TEST(StatisticsTest, TheUTestSeesNothingInEqualOrAbsentValues) {
  EXPECT_EQ(mann_whitney({1, 1, 1, 1, 1}, {1, 1, 1, 1, 1}), 1);
  EXPECT_EQ(mann_whitney({}, {1, 2}), 1);
  // With ties: of the 6 ways to choose two of {1, 2, 2, 3}, two are as far from the middle as {1, 2}
  // is, on each side.
  EXPECT_NEAR(mann_whitney({1, 2}, {2, 3}), 4.0 / 6, 1e-12);
}

TEST(StatisticsTest, TheHodgesLehmannShiftIsTheMedianOfAllDifferences) {
  const Shift shift = hodges_lehmann({1, 2, 3, 4, 5, 6}, {11, 12, 13, 14, 15, 16}, 0.95);
  EXPECT_EQ(shift.estimate, 10);
  // The fifth difference from either end, of 36: qwilcox gives the sixth, which covers 95.9 %.
  EXPECT_EQ(shift.interval.low, 7);
  EXPECT_EQ(shift.interval.high, 13);
}

// As the definition has it, from a list of all differences.
Shift shift_of_all(const std::vector<double>& a, const std::vector<double>& b, double z) {
  std::vector<double> all;
  for (const double in_b : b) {
    for (const double in_a : a) all.push_back(in_b - in_a);
  }
  std::sort(all.begin(), all.end());
  const auto n = static_cast<double>(a.size()), m = static_cast<double>(b.size());
  const double below = std::floor(n * m / 2 - z * std::sqrt(n * m * (n + m + 1) / 12));
  const auto rank = static_cast<std::size_t>(std::max(0.0, below - 1));
  return {median(all), {all[rank], all[all.size() - 1 - rank]}};
}

TEST(StatisticsTest, TheHodgesLehmannShiftIsExactlyThatOfAListOfAllDifferences) {
  constexpr double kZ = 1.959963984540054;  // of 95 %
  std::mt19937_64 random(11);
  std::lognormal_distribution<double> rate(3, 2);
  for (std::size_t count = 1; count <= 40; ++count) {
    std::vector<double> a, b;
    for (std::size_t i = 0; i < count; ++i) a.push_back(std::log(rate(random)));
    for (std::size_t i = 0; i < 1 + count * 7 % 41; ++i) b.push_back(std::log(rate(random)));
    if (count % 3 == 0) {  // with ties, and zeros
      for (auto* side : {&a, &b}) {
        for (double& value : *side) value = std::round(value);
      }
    }
    const Shift shift = hodges_lehmann(a, b, 0.95), expected = shift_of_all(a, b, kZ);
    EXPECT_EQ(shift.estimate, expected.estimate) << count;
    EXPECT_EQ(shift.interval.low, expected.interval.low) << count;
    EXPECT_EQ(shift.interval.high, expected.interval.high) << count;
    EXPECT_FALSE(shift.estimate == 0 && std::signbit(shift.estimate));
  }
}

TEST(StatisticsTest, TenThousandLaunchesASideNeedNoListOfTheirDifferences) {
  std::vector<double> a, b;
  for (int i = 0; i < 10'000; ++i) a.push_back(i * 7'919 % 10'000);
  for (const double value : a) b.push_back(value + 7);
  EXPECT_EQ(hodges_lehmann(a, b, 0.95).estimate, 7);
}

std::vector<double> signs(int above, int below, int zeros = 0) {
  std::vector<double> values(static_cast<std::size_t>(above), 1.0);
  values.insert(values.end(), static_cast<std::size_t>(below), -1.0);
  values.insert(values.end(), static_cast<std::size_t>(zeros), 0.0);
  return values;
}

// scipy.stats.binomtest(k, n).pvalue, SciPy 1.10.
TEST(StatisticsTest, TheTestOfTheMeanAgreesWithSciPysOfOneSample) {
  EXPECT_NEAR(mean_test({0.06, 0.31, 0.09, 0.45, 0.12, 0.22, 0.07}), 0.014470441095970532, 1e-12);
  EXPECT_NEAR(mean_test({-0.50, -0.51, -0.52, -0.53, -0.54, -0.55, -0.56}), 8.98985149642198e-10,
              1e-18);
  EXPECT_EQ(mean_test({0.5}), 1);
  EXPECT_EQ(mean_test({0, 0, 0}), 1);
  EXPECT_EQ(mean_test({0.5, 0.5, 0.5}), 0);
}

TEST(StatisticsTest, TheSignTestAgreesWithSciPy) {
  EXPECT_NEAR(sign_test(signs(2, 10)), 0.03857421875, 1e-12);
  EXPECT_NEAR(sign_test(signs(12, 0, 3)), 0.00048828125, 1e-12);
  EXPECT_NEAR(sign_test(signs(17, 3)), 0.0025768280029296875, 1e-12);
  EXPECT_EQ(sign_test(signs(5, 6)), 1);
  EXPECT_EQ(sign_test(signs(0, 0, 4)), 1);
}

// scipy.stats.binomtest(k, n).proportion_ci(0.9, "exact").high, SciPy 1.10.
TEST(StatisticsTest, TheUpperBoundOfARateAgreesWithSciPy) {
  EXPECT_NEAR(rate_upper_bound(0, 200, 0.95), 0.01486703923127205, 1e-9);
  EXPECT_NEAR(rate_upper_bound(1, 200, 0.95), 0.023498470435017686, 1e-9);
  EXPECT_NEAR(rate_upper_bound(3, 30, 0.95), 0.23859785729325106, 1e-9);
}

// The example of Benjamini and Hochberg 1995, section 3.2: 15 tests, four discoveries at 5 %.
TEST(StatisticsTest, FalseDiscoveryRatesGiveTheDiscoveriesOfTheArticle) {
  const std::vector<double> p = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                                 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
  const auto q = false_discovery_rates(p);
  int discoveries = 0;
  for (const double each : q) discoveries += each <= 0.05 ? 1 : 0;
  EXPECT_EQ(discoveries, 4);
  EXPECT_NEAR(q[0], 0.0001 * 15, 1e-12);
  EXPECT_NEAR(q[3], 0.0095 * 15 / 4, 1e-12);
}

TEST(StatisticsTest, FalseDiscoveryRatesDoNotDependOnTheOrder) {
  EXPECT_EQ(false_discovery_rates({0.04, 0.01}), (std::vector<double>{0.04, 0.02}));
  EXPECT_EQ(false_discovery_rates({}), std::vector<double>{});
}

}  // namespace
}  // namespace harness::testing
