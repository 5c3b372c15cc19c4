// When the operations of an open loop are due: the mean rate, the spacing of constant arrivals, and the
// distribution of the gaps between Poisson ones.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <vector>

#include "scenarios/support/arrivals.h"
#include "scenarios/tests/support.h"

namespace scenarios::testing {
namespace {

using Times = std::vector<std::int64_t>;

// A run in this process with a seed of its own; its windows never close.
class SeededRun {
 public:
  explicit SeededRun(std::uint64_t seed)
      : control_({.warmup = std::chrono::milliseconds(1),
                  .window = std::chrono::milliseconds(1),
                  .windows = 1}),
        run_(point_, seed, "", control_) {}

  // Returns when the first `count` operations of worker `me` are due, in ns of the steady clock.
  Times due(const harness::Arrival& arrival, std::size_t count, int me = 0, int workers = 1) {
    ArrivalTimes arrivals(run_, arrival, me, workers);
    Times times;
    while (times.size() < count && arrivals.wait()) times.push_back(arrivals.due());
    return times;
  }

 private:
  harness::Point point_ = harness::Point(harness::Point::Values());
  harness::Measurement control_;
  harness::Run run_;
};

std::vector<double> gaps_of(const Times& times) {
  std::vector<double> gaps;
  for (std::size_t i = 1; i < times.size(); ++i) {
    gaps.push_back(static_cast<double>(times[i] - times[i - 1]));
  }
  return gaps;
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double share_above(const std::vector<double>& values, double limit) {
  const auto above =
      std::count_if(values.begin(), values.end(), [&](double v) { return v > limit; });
  return static_cast<double>(above) / static_cast<double>(values.size());
}

// An interval that is no whole number of ns, at a time at which the clock's value as a double has no ns to spare.
TEST(ConstantArrivalsTest, KeepTheirIntervalToTheNanosecondForAHundredThousandOperations) {
  constexpr double kPerS = 7e6;
  constexpr std::size_t kCount = 100'000;
  const auto times = SeededRun(1).due({.per_s = kPerS}, kCount);
  ASSERT_EQ(times.size(), kCount);
  for (std::size_t i = 0; i < kCount; i += 999) {
    const double expected = 1e9 / kPerS * static_cast<double>(i);
    EXPECT_NEAR(static_cast<double>(times[i] - times[0]), expected, 2.0) << i;
  }
}

TEST(ConstantArrivalsTest, AreSpacedEvenlyForEachWorker) {
  for (const int workers : {1, 2, 3}) {
    for (const double gap : gaps_of(SeededRun(1).due({.per_s = 1e6}, 500, 0, workers))) {
      EXPECT_NEAR(gap, 1000.0 * workers, 1.0);
    }
  }
}

// Workers start one after the other, and each computes its own times.
TEST(ConstantArrivalsTest, OfAllWorkersTogetherAreEvenlySpacedInTurn) {
  constexpr int kWorkers = 4;
  SeededRun run(1);
  Times all;
  for (int me = 0; me < kWorkers; ++me) {
    const auto own = run.due({.per_s = 1e5}, 300, me, kWorkers);
    all.insert(all.end(), own.begin(), own.end());
  }
  for (const auto time : all) {
    const auto late = std::abs(std::fmod(static_cast<double>(time - all[0]), 10'000.0));
    EXPECT_LE(std::min(late, 10'000.0 - late), 4.0) << "not a multiple of the common interval";
  }
}

TEST(ConstantArrivalsTest, OfTwoWorkersAreNeverDueAtTheSameTime) {
  SeededRun run(1);
  const auto one = run.due({.per_s = 1e5}, 50, 0, 2), other = run.due({.per_s = 1e5}, 50, 1, 2);
  const auto apart = std::fmod(static_cast<double>(other[0] - one[0]), 20'000.0);
  EXPECT_NEAR(apart, 10'000.0, 4.0);
}

TEST(ConstantArrivalsTest, BeginAfterTheWorkerHasStarted) {
  for (int me = 0; me < 3; ++me) {
    const auto before = monotonic_ns();
    EXPECT_GE(SeededRun(1).due({.per_s = 1e5}, 1, me, 3)[0], before - 2);
  }
}

constexpr std::size_t kMany = 40'000;
constexpr double kMeanNs = 500.0;  // of the gaps of a process with this rate:
constexpr harness::Arrival kPoisson{.per_s = 1e9 / kMeanNs, .poisson = true};

TEST(PoissonArrivalsTest, HaveTheMeanThatTheRateSays) {
  const auto gaps = gaps_of(SeededRun(7).due(kPoisson, kMany));
  // Five standard deviations of the mean of so many gaps.
  EXPECT_NEAR(mean_of(gaps), kMeanNs, 5 * kMeanNs / std::sqrt(kMany));
}

TEST(PoissonArrivalsTest, OfManyWorkersHaveTheRateTogether) {
  constexpr int kWorkers = 4;
  SeededRun run(7);
  double per_ns = 0;
  for (int me = 0; me < kWorkers; ++me) {
    per_ns += 1 / mean_of(gaps_of(run.due(kPoisson, kMany / kWorkers, me, kWorkers)));
  }
  EXPECT_NEAR(1 / per_ns, kMeanNs, 5 * kMeanNs / std::sqrt(kMany));
}

TEST(PoissonArrivalsTest, HaveGapsWhoseDeviationIsTheirMean) {
  const auto gaps = gaps_of(SeededRun(11).due(kPoisson, kMany));
  double squares = 0;
  for (const double gap : gaps) squares += gap * gap;
  // The second moment of an exponential distribution is twice the square of its mean.
  EXPECT_NEAR(squares / static_cast<double>(gaps.size()) / (kMeanNs * kMeanNs), 2.0, 0.15);
}

TEST(PoissonArrivalsTest, HaveExponentialGapsAtEveryLength) {
  const auto gaps = gaps_of(SeededRun(13).due(kPoisson, kMany));
  for (const double length : {0.1, 0.5, 1.0, 2.0, 3.0}) {
    const double expected = std::exp(-length);
    const double deviation = std::sqrt(expected * (1 - expected) / static_cast<double>(kMany));
    EXPECT_NEAR(share_above(gaps, length * kMeanNs), expected, 5 * deviation + 1 / kMeanNs)
        << length;
  }
}

// The gap that follows a long one is as long as any: otherwise bursts and pauses would take turns.
TEST(PoissonArrivalsTest, HaveGapsThatDoNotDependOnTheOneBefore) {
  const auto gaps = gaps_of(SeededRun(17).due(kPoisson, kMany));
  const double mean = mean_of(gaps);
  double products = 0, squares = 0;
  for (std::size_t i = 1; i < gaps.size(); ++i) {
    products += (gaps[i] - mean) * (gaps[i - 1] - mean);
    squares += (gaps[i] - mean) * (gaps[i] - mean);
  }
  EXPECT_LT(std::abs(products / squares), 5 / std::sqrt(kMany));
}

TEST(PoissonArrivalsTest, AreTheSameForTheSameSeedAndWorker) {
  EXPECT_EQ(gaps_of(SeededRun(5).due(kPoisson, 200)), gaps_of(SeededRun(5).due(kPoisson, 200)));
}

TEST(PoissonArrivalsTest, DifferByLaunchAndByWorker) {
  const auto gaps = gaps_of(SeededRun(5).due(kPoisson, 50));
  EXPECT_NE(gaps, gaps_of(SeededRun(6).due(kPoisson, 50)));
  harness::Arrival of_both = kPoisson;
  of_both.per_s *= 2;  // each of two workers has half of it
  EXPECT_NE(gaps, gaps_of(SeededRun(5).due(of_both, 50, 1, 2)));
}

TEST(ArrivalTimesTest, NoOperationIsDueOnceTheWindowsHaveClosed) {
  for (const bool poisson : {false, true}) {
    TestLaunch launch({});
    auto& run = launch.run();
    run.tally(0);
    ArrivalTimes arrivals(run, {.per_s = 1e5, .poisson = poisson}, 0, 1);
    EXPECT_TRUE(arrivals.wait());
    run_workers(WorkerKind::kThreads, {[&] { run.measure(); },
                                       [&] {
                                         while (run.running())
                                           run.tally(0).count(1), ::sched_yield();
                                       }});
    EXPECT_FALSE(arrivals.wait());
    EXPECT_FALSE(arrivals.wait()) << "nor at any later time";
  }
}

TEST(ClosedLoopTest, IsWhatAPointWithoutArrivalsOrWithNoneOfThemIs) {
  const auto closed = [](harness::Point::Values values) {
    return is_closed(harness::Point(std::move(values)));
  };
  EXPECT_TRUE(closed({}));
  EXPECT_TRUE(closed({{"workers", 2}}));
  EXPECT_TRUE(closed({{"arrival", std::string("none")}}));
  EXPECT_FALSE(closed({{"arrival", std::string("const@20k")}, {"workers", 2}}));
  EXPECT_FALSE(closed({{"arrival", std::string("poisson@20k")}}));
}

TEST(OpenLoopTalliesTest, TimesInTheFutureAreRecordedAsNone) {
  harness::Measurement control({.warmup = std::chrono::nanoseconds(1),
                                .window = std::chrono::milliseconds(1),
                                .windows = 1});
  const harness::Point point({});
  harness::Run run(point, 1, "", control);
  control.header().window = 1;  // open
  OpenLoopTallies tallies(run, 0);
  const auto later = monotonic_ns() + 1'000'000'000;
  tallies.record(later, later);  // the clock of another CPU is ahead
  EXPECT_EQ(run.tally(0).latency[0].count(0), 1u);
  EXPECT_EQ(run.service_tally(0).latency[0].count(0), 1u);
}

TEST(OpenLoopTalliesTest, AResponseTimeHasTheDelayBeforeTheServiceTime) {
  harness::Measurement control({.warmup = std::chrono::nanoseconds(1),
                                .window = std::chrono::milliseconds(1),
                                .windows = 1});
  const harness::Point point({});
  harness::Run run(point, 1, "", control);
  control.header().window = 1;  // open
  OpenLoopTallies tallies(run, 0);
  const auto now = monotonic_ns();
  tallies.record(now - 5'000'000, now - 1'000'000);
  const auto longest = [](const harness::Tally& tally) {
    int most = 0;
    for (int i = 0; i < harness::Histogram::kBuckets; ++i) {
      if (tally.latency[0].count(i) > 0) most = i;
    }
    return most;
  };
  EXPECT_GE(longest(run.tally(0)), harness::Histogram::bucket(5'000'000));
  EXPECT_GE(longest(run.service_tally(0)), harness::Histogram::bucket(1'000'000));
  EXPECT_GE(longest(run.tally(0)), longest(run.service_tally(0)));
}

}  // namespace
}  // namespace scenarios::testing
