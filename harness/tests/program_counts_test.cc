// What a program of a user counts is not believed without a look.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <thread>
#include <utility>

#include "harness/base/json.h"
#include "harness/measure/measurement.h"

namespace harness {
namespace {

using namespace std::chrono_literals;

constexpr Timing kShort{.warmup = 5ms, .window = 30ms, .windows = 1};

// Measures what a program of a user does with messages of 8 bytes, of which `work` is called every 500 us.
std::string fault_of_program(const std::string& metric, const std::function<void(Tally&)>& work,
                             const Timing& timing = kShort) {
  Measurement control(timing);
  control.is_program = true;
  control.bytes_per_operation = 8;
  control.facts["metric_kind"] = metric;
  std::thread party([&, &tally = control.tally(0)] {
    while (control.header().window.load() != ControlHeader::kStop) {
      work(tally);
      std::this_thread::sleep_for(500us);
    }
  });
  control.measure();
  party.join();
  control.check_counts();
  std::string faults;
  for (const auto& window : control.windows) {
    const std::string error = window.columns.value("error", "");
    EXPECT_EQ(window.columns.value("status", "ok"), error.empty() ? "ok" : "failed");
    faults += error;
  }
  return faults;
}

// Makes a party that has counted `ops` operations of `bytes` each and recorded so many latencies, every time.
std::function<void(Tally&)> counts(std::uint64_t ops, std::uint64_t bytes, int latencies = 0) {
  return [=](Tally& tally) {
    for (int i = 0; i < latencies; ++i) tally.record(100);
    tally.count(ops, ops * bytes);
  };
}

TEST(ProgramCountsTest, OfAProgramThatCountsNothingItIsSaidWhereItCounts) {
  const auto fault = fault_of_program("throughput", [](Tally&) {});
  EXPECT_TRUE(
      fault.ends_with("; a program counts them at byte 64 of the shared memory "
                      "(harness/docs/contender-program.md)"))
      << fault;
}

TEST(ProgramCountsTest, AProgramRecordsTheRoundTripsThatItIsAskedFor) {
  EXPECT_EQ(fault_of_program("throughput", counts(1, 8)), "");
  EXPECT_EQ(fault_of_program("latency", counts(1, 8)),
            "no round trip is in the histogram of the window; in ping_pong a program adds each "
            "(harness/docs/contender-program.md)");
  EXPECT_EQ(fault_of_program("latency",
                             [](Tally& tally) {
                               tally.count(1, 8);
                               tally.record(100);
                             }),
            "");
}

TEST(ProgramCountsTest, CountsThatGoBackFailTheRow) {
  const auto back = [](std::atomic<std::uint64_t> Tally::*counter) {
    return fault_of_program("throughput", [=](Tally& tally) {
      tally.count(1, 8);
      (tally.*counter).store(tally.window() == 0 ? 1'000'000 : 5);
    });
  };
  const std::string why = " went back; write it as one word, and never less than before";
  EXPECT_EQ(back(&Tally::ops), "the count of operations" + why);
  EXPECT_EQ(back(&Tally::bytes), "the count of bytes" + why);
}

TEST(ProgramCountsTest, AProgramThatEndsWhileItIsMeasuredFailsTheRow) {
  const pid_t party = ::fork();
  if (party == 0) ::_exit(0);
  siginfo_t ended{};
  ::waitid(P_PID, static_cast<id_t>(party), &ended, WEXITED | WNOWAIT);
  const auto fault = fault_of_program("throughput", [](Tally& tally) { tally.count(1, 8); });
  EXPECT_EQ(fault,
            "the program ended while it was measured; it works until `window` is the stop value, "
            "2^64 - 1 (harness/docs/contender-program.md)");
  ::waitpid(party, nullptr, 0);
}

TEST(ProgramCountsTest, BytesThatAreNotThoseOfItsOperationsFailTheRow) {
  for (const auto bytes : std::initializer_list<std::uint64_t>{0, 4, 7, 9, 16, 8000}) {
    const auto fault = fault_of_program("throughput", counts(10, bytes));
    EXPECT_TRUE(fault.starts_with("it counted ")) << bytes << ": " << fault;
    EXPECT_TRUE(
        fault.ends_with(" operations of 8; a program adds the size of a message at byte 72 of the "
                        "shared memory for each (harness/docs/contender-program.md)"))
        << fault;
  }
  EXPECT_EQ(fault_of_program("throughput", counts(10, 8)), "");
}

TEST(ProgramCountsTest, WhatIsUnderWayAtAnEdgeOrAtTheEndIsNoFault) {
  const auto bytes_first = [](Tally& tally) {
    tally.count(0, 8);
    std::this_thread::sleep_for(500us);
    tally.count(1, 0);
  };
  EXPECT_EQ(
      fault_of_program("throughput", bytes_first, {.warmup = 5ms, .window = 10ms, .windows = 3}),
      "");
  bool is_first = true;  // of which the second half is never counted
  EXPECT_EQ(fault_of_program(
                "throughput",
                [&](Tally& tally) { tally.count(1, std::exchange(is_first, false) ? 0 : 8); }),
            "");
}

TEST(ProgramCountsTest, MoreLatenciesThanOperationsFailTheRow) {
  const std::string why =
      "it recorded more latencies than it did operations; in ping_pong a program adds each round "
      "trip once (harness/docs/contender-program.md)";
  EXPECT_EQ(fault_of_program("latency", counts(1, 8, 1000)), why);
  EXPECT_EQ(fault_of_program("latency", counts(10, 8, 200)), why);
  EXPECT_EQ(fault_of_program("latency", counts(20, 8, 20)), "");
  EXPECT_EQ(fault_of_program("latency", counts(20, 8, 2)), "") << "it may leave some out";
}

TEST(ProgramCountsTest, MoreOperationsThanAMachineCanDoFailTheRow) {
  const auto at_once = [](std::uint64_t ops) {
    return [=](Tally& tally) { tally.window() > 0 ? tally.ops.store(ops) : tally.count(1, 8); };
  };
  for (const std::uint64_t ops : {~std::uint64_t{0} >> 1, std::uint64_t{1} << 50}) {
    const auto fault = fault_of_program("throughput", at_once(ops));
    EXPECT_TRUE(
        fault.ends_with(" operations in a window is more than a machine can do; a program "
                        "adds 1 for each (harness/docs/contender-program.md)"))
        << fault;
  }
}

TEST(ProgramCountsTest, WhatAWindowSaysOfItselfIsNotReplaced) {
  const auto fault = fault_of_program("throughput", [](Tally& tally) {
    tally.count(1, 0);
    tally.corrupt();
  });
  EXPECT_TRUE(fault.ends_with(" arrived wrong")) << fault;
}

TEST(ProgramCountsTest, WhatTheContendersHereCountIsTheirOwn) {
  Measurement control(kShort);
  control.bytes_per_operation = 8;
  control.tally(0).count(1000);
  control.measure();
  control.windows.at(0).columns = Json::object();
  control.check_counts();
  EXPECT_FALSE(control.windows.at(0).columns.contains("status"));
}

}  // namespace
}  // namespace harness
