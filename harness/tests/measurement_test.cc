#include "harness/measure/measurement.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "harness/base/json.h"
#include "harness/tests/support.h"

namespace harness {
namespace {

using namespace std::chrono_literals;
using testing::message_of;

constexpr Timing kShort{.warmup = 5ms, .window = 30ms, .windows = 1};

// Threads that work until the stop flag is set. Declared after the Measurement, so gone before it.
class WorkerThreads {
 public:
  explicit WorkerThreads(Measurement& control) : control_(control) {}
  ~WorkerThreads() {
    for (auto& thread : threads_) thread.join();
  }

  void start(int number, const std::function<void(Tally&)>& work) {
    Tally& tally = control_.tally(number);
    threads_.emplace_back([this, &tally, work] {
      while (control_.header().window.load() != ControlHeader::kStop) work(tally);
    });
  }

 private:
  Measurement& control_;
  std::vector<std::thread> threads_;
};

void count_every(std::chrono::microseconds pause, Tally& tally) {
  std::this_thread::sleep_for(pause);
  tally.count(1, 64);
  tally.record(500);
}

TEST(MeasurementTest, AWindowCountsWhatIsDoneInItAndNotBefore) {
  Measurement control(kShort);
  control.tally(0).count(1000, 64'000);
  {
    WorkerThreads parties(control);
    parties.start(0, [](Tally& tally) { count_every(500us, tally); });
    control.measure();
  }
  ASSERT_EQ(control.windows.size(), 1u);
  const Json& row = control.windows[0].columns;
  EXPECT_GE(row["ops"], Measurement::kFewestOps);
  EXPECT_LT(row["ops"], 1000);
  EXPECT_EQ(row["bytes"].get<int>(), 64 * row["ops"].get<int>());
  EXPECT_DOUBLE_EQ(row["ops_per_s"].get<double>(),
                   row["ops"].get<double>() / row["window_s"].get<double>());
  EXPECT_GE(row["window_s"], 0.03);
  EXPECT_EQ(row["checksum_ok"], 1);
  EXPECT_FALSE(row.contains("status"));
}

TEST(MeasurementTest, EachWindowHasItsOwnLatencies) {
  Measurement control({.warmup = 5ms, .window = 20ms, .windows = 3});
  {
    WorkerThreads parties(control);
    parties.start(0, [](Tally& tally) { count_every(500us, tally); });
    control.measure();
  }
  ASSERT_EQ(control.windows.size(), 3u);
  for (const auto& window : control.windows) {
    const auto recorded = window.columns["lat_n"].get<std::uint64_t>();
    EXPECT_EQ(window.latency[static_cast<std::size_t>(Histogram::bucket(500))], recorded);
    // One operation may lie across each edge.
    EXPECT_NEAR(static_cast<double>(recorded), window.columns["ops"].get<double>(), 1);
  }
}

TEST(MeasurementTest, PartiesAreCountedTogetherAndTheirSharesCompared) {
  Measurement control(kShort);
  {
    WorkerThreads parties(control);
    parties.start(0, [](Tally& tally) { count_every(500us, tally); });
    parties.start(7, [](Tally&) { std::this_thread::sleep_for(1ms); });
    control.measure();
  }
  EXPECT_DOUBLE_EQ(control.windows.at(0).columns["fair_jain"], 0.5);
  EXPECT_EQ(control.windows.at(0).columns["fair_min_share"], 0);
}

TEST(MeasurementTest, AsManyPartiesCountAsAreAskedFor) {
  Measurement control(kShort, "none", 300);
  EXPECT_EQ(control.header().parties, 300u);
  control.tally(299).record(1);
  control.service_tally(299).record(1);  // behind all of them
  {
    WorkerThreads parties(control);
    parties.start(299, [](Tally& tally) { count_every(500us, tally); });
    control.measure();
  }
  EXPECT_GE(control.windows.at(0).columns["ops"], Measurement::kFewestOps);
  EXPECT_EQ(message_of<std::out_of_range>([&] { control.tally(300); }),
            "at most 300 parties have a tally; give the scenario its number of `parties`");
}

TEST(MeasurementTest, ThereAreFrom64To1024Tallies) {
  for (const auto& [asked, made] : {std::pair<std::int64_t, std::uint64_t>{-5, 64},
                                    {2, 64},
                                    {64, 64},
                                    {65, 65},
                                    {1024, 1024},
                                    {std::int64_t{1} << 40, 1024}}) {
    EXPECT_EQ(Measurement(kShort, "none", asked).header().parties, made) << asked;
  }
}

// A window of 30 ms sees no more than six of them.
TEST(MeasurementTest, AWindowThatSeesTooFewOperationsIsLengthened) {
  Measurement control(kShort);
  {
    WorkerThreads parties(control);
    parties.start(0, [](Tally& tally) { count_every(5ms, tally); });
    control.measure();
  }
  const Json& row = control.windows.at(0).columns;
  EXPECT_GE(row["ops"], Measurement::kFewestOps);
  EXPECT_GE(row["window_s"], 0.045);
  EXPECT_FALSE(row.contains("status"));
}

TEST(MeasurementTest, TheFirstWindowWaitsForTheFirstOperation) {
  Measurement control(kShort);
  const auto begun = Clock::now();
  {
    WorkerThreads parties(control);
    parties.start(0, [&](Tally& tally) {
      if (Clock::now() - begun > 200ms) count_every(500us, tally);
    });
    control.measure();
  }
  EXPECT_GE(Clock::now() - begun, 200ms);
  EXPECT_LT(control.windows.at(0).columns["window_s"], 0.2);
}

TEST(MeasurementTest, AWindowWithoutAnOperationHasFailed) {
  Measurement control(kShort);
  control.measure();
  const Json& row = control.windows.at(0).columns;
  EXPECT_EQ(row["status"], "failed");
  EXPECT_EQ(row["error"].get<std::string>().rfind("no operation was done in ", 0), 0u);
}

TEST(MeasurementTest, ManyPartiesAreWaitedForLonger) {
  Measurement control(kShort);
  EXPECT_EQ(control.patience(), Measurement::kPatience);
  (void)control.tally(3);
  EXPECT_EQ(control.patience(), Measurement::kPatience + 4 * Measurement::kPatiencePerParty);
  control.expect(50);
  control.expect(2);
  EXPECT_EQ(control.patience(), Measurement::kPatience + 50 * Measurement::kPatiencePerParty);
}

TEST(MeasurementTest, WhatTheFirstOfManyDoesLateIsStillMeasured) {
  Measurement control(kShort);
  control.expect(50);
  const auto begun = Clock::now();
  {
    WorkerThreads parties(control);
    parties.start(0, [&](Tally& tally) {
      if (Clock::now() - begun > Measurement::kPatience + 500ms) count_every(500us, tally);
    });
    control.measure();
  }
  EXPECT_GT(control.windows.at(0).columns["ops"], 0);
}

TEST(MeasurementTest, NoPartyIsWaitedForWhenOneHasEnded) {
  const pid_t party = ::fork();
  if (party == 0) ::_exit(1);
  siginfo_t ended{};
  ::waitid(P_PID, static_cast<id_t>(party), &ended, WEXITED | WNOWAIT);

  Measurement control(kShort);
  const auto begun = Clock::now();
  control.measure();
  EXPECT_LT(Clock::now() - begun, Measurement::kPatience);
  ::waitpid(party, nullptr, 0);
}

TEST(MeasurementTest, APayloadThatArrivesWrongFailsTheRow) {
  Measurement control(kShort);
  control.tally(0).corrupt();
  {
    WorkerThreads parties(control);
    parties.start(0, [](Tally& tally) { count_every(500us, tally); });
    control.measure();
  }
  const Json& row = control.windows.at(0).columns;
  EXPECT_EQ(row["status"], "failed");
  EXPECT_EQ(row["error"], "1 payload arrived wrong");
  EXPECT_EQ(row["checksum_ok"], 0);
}

TEST(MeasurementTest, AnotherProcessCountsIntoTheSameMemory) {
  Measurement control(kShort);
  const pid_t party = ::fork();
  if (party == 0) {
    control.tally(3).count(5, 40);
    ::_exit(0);
  }
  ::waitpid(party, nullptr, 0);
  EXPECT_EQ(control.tally(3).ops.load(), 5u);
  EXPECT_EQ(control.tally(3).bytes.load(), 40u);
}

TEST(MeasurementTest, ThereIsATallyForSixtyFourParties) {
  Measurement control(kShort);
  control.tally(63).count(1);
  EXPECT_THROW(control.tally(64), std::out_of_range);
  EXPECT_THROW(control.tally(-1), std::out_of_range);
}

}  // namespace
}  // namespace harness
