#include "scenarios/support/arrivals.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "harness/base/json.h"
#include "scenarios/lock_contention.h"
#include "scenarios/tests/support.h"

namespace scenarios::testing {
namespace {

using namespace std::chrono_literals;

// A launch of one party in this process.
class OneParty {
 public:
  explicit OneParty(std::chrono::milliseconds window)
      : control_({.warmup = 1ms, .window = window, .windows = 1}), run_(point_, 1, "", control_) {}

  harness::Run& run() { return run_; }
  // Runs the party until the windows are over. Returns the row.
  template <typename Party>
  const harness::Json& measure(Party party) {
    run_.tally(0);
    run_workers(WorkerKind::kThreads, {[&] { run_.measure(); }, party});
    return control_.windows.at(0).columns;
  }

 private:
  harness::Point point_ = harness::Point(harness::Point::Values());
  harness::Measurement control_;
  harness::Run run_;
};

// An operation that stalls for 10 ms, once, when the window is open.
class StallsOnce {
 public:
  explicit StallsOnce(harness::Tally& tally) : tally_(tally) {}
  void operator()() {
    if (tally_.window() == 0 || --left_ != 0) return;
    std::this_thread::sleep_for(10ms);
  }

 private:
  harness::Tally& tally_;
  int left_ = 50;
};

TEST(ArrivalsTest, AStallOfTenMillisecondsShowsAtP999OfAnOpenLoop) {
  for (const bool poisson : {false, true}) {
    OneParty launch(400ms);
    auto& run = launch.run();
    const auto arrival = run.open_loop({.per_s = 20'000, .poisson = poisson});
    const auto& row = launch.measure([&] {
      StallsOnce work(run.tally(0));
      for (Arrivals arrivals(run, arrival, 0, 1); arrivals.wait(); arrivals.done()) work();
    });
    ASSERT_TRUE(row.contains("lat_p999_ns")) << row.dump(1);
    EXPECT_GT(row["lat_p999_ns"], 8e6);
    EXPECT_GE(row["svc_max_ns"], 9.9e6) << "one operation took that long";
    EXPECT_GE(row["lat_p999_ns"], row["svc_p99_ns"]);
  }
}

TEST(ArrivalsTest, AStallOfTenMillisecondsIsInvisibleAtP999OfAClosedLoop) {
  OneParty launch(400ms);
  auto& run = launch.run();
  const auto& row = launch.measure([&] {
    auto& tally = run.tally(0);
    StallsOnce work(tally);
    while (run.running()) {
      const auto before = monotonic_ns();
      work();
      tally.record(static_cast<std::uint64_t>(monotonic_ns() - before));
      tally.count(1);
    }
  });
  EXPECT_LT(row["lat_p999_ns"], 1e6);
  EXPECT_GE(row["lat_max_ns"], 9.9e6);
}

TEST(ArrivalsTest, OperationsBeginNeitherBeforeTheirTimesNorMoreOftenThanTheRateSays) {
  for (const bool poisson : {false, true}) {
    OneParty launch(10ms);
    auto& run = launch.run();
    constexpr int kMost = 2'000;
    ArrivalTimes arrivals(run, {.per_s = 1e5, .poisson = poisson}, 0, 1);
    std::int64_t first = 0, last = 0;
    for (int count = 0; count < kMost && arrivals.wait(); ++count) {
      EXPECT_GE(monotonic_ns(), arrivals.due());
      EXPECT_GE(arrivals.began(), arrivals.due());
      EXPECT_GE(arrivals.due(), last);
      last = arrivals.due();
      if (count == 0) first = last;
    }
    // 20 ms, within five deviations of a Poisson process.
    EXPECT_NEAR(static_cast<double>(last - first), 20e6, poisson ? 2.5e6 : 1e6);
  }
}

TEST(ArrivalsTest, WhatCannotKeepUpIsSaturated) {
  OneParty launch(50ms);
  auto& run = launch.run();
  const auto arrival = run.open_loop({.per_s = 1e6});
  const auto& row = launch.measure([&] {
    for (Arrivals arrivals(run, arrival, 0, 1); arrivals.wait(); arrivals.done()) {
      std::this_thread::sleep_for(100us);
    }
  });
  EXPECT_EQ(row["saturated"], 1) << row.dump(1);
  EXPECT_EQ(row["achieved_rate_per_s"], row["ops_per_s"]);
}

// A lock that only its last owner gets: others look once in a while.
struct UnfairLock {
  static constexpr Facts kFacts{
      .name = "unfair", .label = "Unfair", .family = "test", .primitive = "lock", .wait = "block"};
  void lock() {
    for (bool first = true; held.exchange(true); first = false) {
      if (!first) std::this_thread::sleep_for(2ms);
    }
  }
  void unlock() { held = false; }
  std::atomic<bool> held{false};
};

TEST(LockContentionTest, AnUnfairLockIsReportedWithAJainIndexBelowSixTenths) {
  TestLaunch launch({{"work_in_ns", 2'000}, {"work_out_ns", 0}});
  for (int me = 0; me < 2; ++me) launch.run().tally(me);
  measure_lock<UnfairLock, WorkerKind::kThreads>(launch.run(), {-1, -1}, 8);
  EXPECT_LT(launch.columns().at("fair_jain"), 0.6);
  EXPECT_NE(launch.columns().at("warning").get<std::string>().find("unfair"), std::string::npos);
}

}  // namespace
}  // namespace scenarios::testing
