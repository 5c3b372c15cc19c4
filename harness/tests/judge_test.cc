#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "harness/judge/metric.h"
#include "harness/judge/verdict.h"

namespace harness::testing {
namespace {

TEST(MetricTest, AWorseningIsPositiveWhicheverWayIsBetter) {
  EXPECT_GT(worsening(Metric::kRate, 100, 90), 0);
  EXPECT_GT(worsening(Metric::kMedianLatency, 100, 110), 0);
  EXPECT_NEAR(worsening(Metric::kFairness, 0.9, 0.8), 0.1, 1e-12);
  EXPECT_NEAR(worsening(Metric::kRate, 100, 50), std::log(2), 1e-12);
  EXPECT_NEAR(threshold_of(Metric::kTailLatency, 0.05), std::log(1.15), 1e-12);
  EXPECT_EQ(threshold_of(Metric::kFairness, 0.2), 0.05);
}

// `count` differences about `center`, from -spread to +spread around it.
std::vector<double> around(double center, double spread, int count = 12) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(center + spread * (2.0 * i / (count - 1) - 1));
  return values;
}

TEST(VerdictTest, AnIntervalAboveZeroWithAnEffectOfDeltaIsWorse) {
  EXPECT_EQ(judge(around(0.10, 0.05), 0.05).verdict, Verdict::kWorse);
  EXPECT_EQ(judge(around(-0.10, 0.05), 0.05).verdict, Verdict::kBetter);
}

TEST(VerdictTest, ASignificantDifferenceBelowDeltaIsTheSame) {
  const auto judged = judge(around(0.02, 0.01), 0.05);
  EXPECT_GT(judged.interval->low, 0);
  EXPECT_EQ(judged.verdict, Verdict::kSame);
}

TEST(VerdictTest, AWideIntervalIsUndecidedAndSaysHowManyRoundsWouldDecide) {
  const auto judged = judge(around(0.02, 0.5), 0.05);
  EXPECT_EQ(judged.verdict, Verdict::kUndecided);
  EXPECT_GT(judged.rounds_needed, 12);
  EXPECT_GT(judge(around(0.02, 1.0), 0.05).rounds_needed, judged.rounds_needed);
}

TEST(VerdictTest, FewerThanSixRoundsDecideNothing) {
  const auto judged = judge(around(1.0, 0.01, 5), 0.05);
  EXPECT_EQ(judged.verdict, Verdict::kUndecided);
  EXPECT_EQ(judged.rounds_needed, 6);
}

TEST(VerdictTest, WithoutRoundsItIsIncomparable) {
  EXPECT_EQ(judge({}, 0.05).verdict, Verdict::kIncomparable);
}

TEST(VerdictTest, ADifferenceOfExactlyDeltaMatters) {
  const double delta = std::log1p(0.2);
  EXPECT_EQ(judge(std::vector<double>(12, std::log(1.2)), delta).verdict, Verdict::kWorse);
  EXPECT_EQ(judge(std::vector<double>(12, -std::log(1.2)), delta).verdict, Verdict::kBetter);
}

// +50 % whose interval reaches a little below 0 needs a little more; one beside delta, ever so many.
TEST(VerdictTest, TheRoundsThatWouldDecideFollowFromWhatTheIntervalMustLeaveOut) {
  const double kDelta = 0.05;
  const auto of = [&](std::vector<double> differences) { return judge(differences, kDelta); };
  const auto large = of({-0.1, -0.1, -0.1, 0.4, 0.5, 0.5, 0.5, 0.5, 0.6, 0.7, 0.8, 0.9});
  EXPECT_EQ(large.verdict, Verdict::kUndecided);
  EXPECT_LT(large.rounds_needed, 20);
  const auto beside_delta =
      of({0.047, 0.047, 0.047, 0.049, 0.049, 0.049, 0.049, 0.05, 0.051, 0.052, 0.052, 0.052});
  EXPECT_EQ(beside_delta.verdict, Verdict::kUndecided);
  EXPECT_GT(beside_delta.rounds_needed, 40);
}

TEST(VerdictTest, AsManyRoundsAreNeededAsTellOneOfTheComparisonsFromChance) {
  EXPECT_EQ(rounds_that_discover(1), 6);
  EXPECT_EQ(rounds_that_discover(100), 12);
  EXPECT_EQ(rounds_that_discover(105), 13);
  EXPECT_EQ(launches_that_discover(1), 5);
  EXPECT_EQ(launches_that_discover(23), 6);
  EXPECT_EQ(launches_that_discover(390), 9);
}

// What a change of one alone of so many comparisons is called, after so many rounds.
Judgement of_one_changed(std::size_t comparisons, int rounds) {
  std::vector<Judgement> rows(comparisons, judge(around(0, 0.05, rounds), 0.05));
  rows.front() = judge(around(0.50, 0.01, rounds), 0.05);
  std::vector<Judgement*> all;
  for (auto& row : rows) all.push_back(&row);
  control_false_discoveries(all, rounds_that_discover(comparisons));
  return rows.front();
}

TEST(VerdictTest, AChangeOfOneAloneIsFoundWithThemAndNotWithOneLess) {
  for (const std::size_t comparisons : {15U, 100U, 105U, 650U}) {
    const int enough = rounds_that_discover(comparisons);
    EXPECT_EQ(of_one_changed(comparisons, enough).verdict, Verdict::kWorse) << comparisons;
    const auto one_less = of_one_changed(comparisons, enough - 1);
    EXPECT_EQ(one_less.verdict, Verdict::kUndecided) << comparisons;
    EXPECT_EQ(one_less.doubt, Doubt::kTooFew) << comparisons;
    EXPECT_EQ(one_less.rounds_needed, enough) << comparisons;
  }
}

TEST(VerdictTest, OneOfManyComparisonsThatChanceExplainsIsUndecided) {
  auto unlikely = judge(around(0.10, 0.12), 0.05);  // two of twelve point the other way
  unlikely.verdict = Verdict::kWorse;
  std::vector<Judgement> others(60, judge(around(0, 0.05), 0.05));
  std::vector<Judgement*> all{&unlikely};
  for (auto& other : others) all.push_back(&other);
  control_false_discoveries(all, rounds_that_discover(all.size()));
  EXPECT_EQ(unlikely.verdict, Verdict::kUndecided);
  EXPECT_GT(unlikely.q, 0.05);
}

// A model of a shared machine: launches vary by 3 %, the machine drifts by 2 % from one launch to the next,
// and one launch in twenty is disturbed, by 15 % on average. How often a case is called worse if B takes `slower` more time.
double rate_of_worse(double slower, int trials) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> launch(0, 0.03), drift(0, 0.02);
  std::exponential_distribution<double> disturbance(1 / 0.15);
  std::bernoulli_distribution disturbed(0.05);
  int worse = 0;
  for (int trial = 0; trial < trials; ++trial) {
    std::vector<double> differences;
    double machine = 0;
    for (int round = 0; round < 12; ++round) {
      double sides[2];
      for (double& side : sides) {
        machine += drift(random);
        side = machine + launch(random) + (disturbed(random) ? disturbance(random) : 0);
      }
      const bool a_first = round % 2 == 0;
      differences.push_back(std::log1p(slower) + sides[a_first ? 1 : 0] - sides[a_first ? 0 : 1]);
    }
    if (judge(differences, std::log1p(0.05)).verdict == Verdict::kWorse) ++worse;
  }
  return static_cast<double>(worse) / trials;
}

TEST(VerdictTest, OnASharedMachineItIsSeldomWrongAndFindsTenPercent) {
  EXPECT_LT(rate_of_worse(0, 2'000), 0.01);
  EXPECT_GT(rate_of_worse(0.10, 500), 0.85);
  EXPECT_GT(rate_of_worse(0.20, 500), 0.99);
}

}  // namespace
}  // namespace harness::testing
