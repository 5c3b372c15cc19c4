// The points of each scenario: which it offers, which are decisive, and what it refuses.
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "scenarios/single_operation.h"
#include "scenarios/support/memory.h"
#include "scenarios/support/placement.h"
#include "scenarios/support/workers_axis.h"
#include "scenarios/tests/selection.h"
#include "scenarios/tests/support.h"

namespace scenarios::testing {
namespace {

using std::string;

TEST(OffersTest, PipeVsQueueAsksOnOneCoreForRoundTripsOf64BytesAlone) {
  for (const auto& each : cases({{"placement", "together"}}, {"^pipe_vs_queue/"})) {
    EXPECT_EQ(each.point.text("mode"), "ping_pong") << each.name;
    EXPECT_EQ(each.point["msg_bytes"], 64) << each.name;
  }
}

TEST(OffersTest, PipeVsQueueSpinsWithQueueAlone) {
  for (const auto& each : cases({{"wait", "spin"}}, {"^pipe_vs_queue/"})) {
    EXPECT_EQ(each.point.text("contender"), "queue");
  }
}

TEST(OffersTest, ProducerConsumerHasEqualNumbersAndOneAgainstFour) {
  std::set<std::pair<std::int64_t, std::int64_t>> pairs;
  for (const auto& each : cases({}, {"^producer_consumer/"})) {
    pairs.emplace(each.point["producers"], each.point["consumers"]);
  }
  EXPECT_EQ(pairs, (std::set<std::pair<std::int64_t, std::int64_t>>{
                       {1, 1}, {1, 4}, {2, 2}, {4, 1}, {4, 4}}));
}

TEST(OffersTest, ProducerConsumerHasNoRateForBatchesOrCPython) {
  for (const auto& each : cases({{"rate", "1000"}}, {"^producer_consumer/"})) {
    EXPECT_EQ(each.point["batch"], 1) << each.name;
    EXPECT_FALSE(each.point.text("contender").starts_with("cpython_")) << each.name;
  }
}

TEST(OffersTest, ProducerConsumerUsesAPipeForOneAndOne) {
  for (const auto& each : cases({{"contender", "pipe,pipe2"}}, {"^producer_consumer/"})) {
    EXPECT_EQ(each.point["producers"] * each.point["consumers"], 1) << each.name;
  }
}

TEST(OffersTest, LockContentionHasNoWorkAroundALockOfOne) {
  for (const auto& each : cases({{"workers", "1"}}, {"^lock_contention/"})) {
    EXPECT_EQ(each.point["work_in_ns"] + each.point["work_out_ns"], 0) << each.name;
  }
}

TEST(OffersTest, SemaphorePoolHasFewerPermitsThanWorkers) {
  for (const auto& each : cases({}, {"^semaphore_pool/"})) {
    EXPECT_LT(each.point["permits"], each.point["workers"]) << each.name;
  }
}

TEST(OffersTest, WakeupHasNoSpinnerAsleepAndNoTwoHotOnOneCore) {
  for (const auto& each : cases({}, {"^wakeup/"})) {
    if (each.point.text("waiter") == "hot") {
      EXPECT_FALSE(is_on_one_cpu(each.point)) << each.name;
    } else {
      EXPECT_NE(each.point.text("contender"), "spinning_flag") << each.name;
    }
  }
}

TEST(OffersTest, LifecycleHasLargeParentsForProcessesAlone) {
  for (const auto& each : cases({{"parent_bytes", "1G"}}, {"^lifecycle/"})) {
    EXPECT_EQ(each.point.text("contender").find("thread"), std::string::npos) << each.name;
  }
}

TEST(OffersTest, PoolTasksHasFiftyForPoolsOfProcessesAndProcesses) {
  std::set<std::string> found;
  for (const auto& each : cases({{"way", "fifty"}}, {"^pool_tasks/"})) {
    found.insert(each.point.text("contender"));
  }
  EXPECT_EQ(found, (std::set<std::string>{"cpython_pool", "cpython_process", "pipe_pool", "process",
                                          "process_pool"}));
}

std::vector<std::int64_t> numbers(std::vector<std::int64_t> first, std::int64_t cpus) {
  std::vector<std::int64_t> all;
  for (const auto& each : up_to_all_cpus(std::move(first), cpus)) {
    all.push_back(std::get<std::int64_t>(each));
  }
  return all;
}

TEST(UpToAllCpusTest, PowersOfTwoGoToTwiceAsManyAsCpusWhichAreAmongThem) {
  using Numbers = std::vector<std::int64_t>;
  EXPECT_EQ(numbers({1}, 1), (Numbers{1, 2}));
  EXPECT_EQ(numbers({1}, 2), (Numbers{1, 2, 4}));
  EXPECT_EQ(numbers({1}, 6), (Numbers{1, 2, 4, 6, 8}));
  EXPECT_EQ(numbers({2, 1, 4, 8}, 2), (Numbers{2, 1, 4, 8}));
  EXPECT_EQ(numbers({2, 1, 4, 8}, 64), (Numbers{2, 1, 4, 8, 16, 32, 64, 128}));
  EXPECT_EQ(numbers({1, 2, 4}, 48), (Numbers{1, 2, 4, 8, 16, 32, 48, 64}));
  EXPECT_EQ(numbers({1, 2, 4, 512}, 4096), (Numbers{1, 2, 4, 512, 1000}));
}

TEST(OffersTest, CpuScalingSweepsTwiceAsManyWorkersAsCpusAtMostAndTakesMore) {
  for (const auto& each : cases({}, {"^cpu_scaling/"})) {
    EXPECT_LE(each.point["workers"], 2 * count_of_cpus()) << each.name;
  }
  EXPECT_FALSE(cases({{"workers", "256"}}, {"^cpu_scaling/"}).empty());
}

TEST(PartiesTest, AScenarioSaysHowManyTakePart) {
  const harness::Point point({{"workers", 300}, {"producers", 50}, {"consumers", 250}});
  for (const auto* name :
       {"lock_contention", "semaphore_pool", "pool_tasks", "cpu_scaling", "producer_consumer"}) {
    EXPECT_EQ(scenario(name).parties(point), 300) << name;
  }
}

TEST(AvailableMemoryTest, IsWhatTheKernelSays) {
  std::istringstream meminfo(
      "MemTotal:  16 kB\nMemFree:  1 kB\nMemAvailable:  5 kB\nCached: 2 kB\n");
  EXPECT_EQ(available_memory(meminfo), 5u << 10);
  std::istringstream old_kernel("MemTotal:  16 kB\nMemFree:  1 kB\n");
  EXPECT_EQ(available_memory(old_kernel), std::nullopt);
}

TEST(DecisiveTest, OursAndWhatIsUsedByHabitAreDecisive) {
  std::set<std::string> decisive;
  for (const auto& each : cases({{"msg_bytes", "64"}}, {"^pipe_vs_queue/"})) {
    if (each.decisive()) decisive.insert(each.point.text("contender"));
  }
  EXPECT_EQ(decisive, (std::set<std::string>{"pipe", "pipe2", "queue"}));
  for (const auto& each : cases({{"msg_bytes", "64k"}}, {"^pipe_vs_queue/"})) {
    if (each.decisive()) {
      EXPECT_EQ(each.point.text("mode"), "throughput") << each.name;
    }
  }
}

// A typing error in a name would lose a case, and a case that is not needed costs six launches.
TEST(DecisiveTest, TheHeadlineOfEachScenarioRestsOnAFewCases) {
  std::map<std::string, int> decisive;
  for (const auto& each : quick_cases()) {
    decisive[std::string(each.scenario->name)] += each.decisive() ? 1 : 0;
  }
  const int scaling = allowed_cpus().size() == 1 ? 3 : 6;
  EXPECT_EQ(decisive, (std::map<std::string, int>{{"core_to_core", 1},
                                                  {"cpu_scaling", scaling},
                                                  {"lifecycle", 6},
                                                  {"lock_contention", 5},
                                                  {"pipe_vs_queue", 19},
                                                  {"pool_tasks", 10},
                                                  {"producer_consumer", 7},
                                                  {"semaphore_pool", 5},
                                                  {"single_operation", 4},
                                                  {"wakeup", 4}}));
}

// What cannot be measured is skipped with a reason before anything is started.
std::string refusal(std::string_view name, harness::Point::Values values) {
  TestLaunch launch(std::move(values));
  return message_of<harness::Skipped>([&] { scenario(name).run(launch.run()); });
}

TEST(RefusalTest, PipeVsQueueNeedsRoomForANumber) {
  EXPECT_EQ(refusal("pipe_vs_queue", {{"msg_bytes", 7}}),
            "a message holds its number: at least 8 bytes");
}

TEST(RefusalTest, EachScenarioOfWorkersHasFrom1To1000) {
  for (const auto* name : {"lock_contention", "semaphore_pool", "pool_tasks", "cpu_scaling"}) {
    // 2^32 + 2 is 2 where it is cut to 32 bits: the row would be that of two workers.
    for (const std::int64_t workers :
         {std::int64_t{0}, std::int64_t{1001}, (std::int64_t{1} << 32) + 2}) {
      EXPECT_EQ(refusal(name, {{"workers", workers}, {"permits", 1}}), "from 1 to 1000 workers")
          << name;
    }
  }
}

TEST(RefusalTest, SemaphorePoolNeedsAPermit) {
  EXPECT_EQ(refusal("semaphore_pool", {{"workers", 4}, {"permits", 0}}), "at least one permit");
}

TEST(RefusalTest, ARoundOfCpuScalingHasNoMoreWorkersThanUnits) {
  EXPECT_EQ(refusal("cpu_scaling",
                    {{"workers", 257}, {"scaling", string("strong")}, {"work", string("integer")}}),
            "a round has 256 units, so at most as many workers");
}

TEST(RefusalTest, ProducerConsumerHasFrom1To500OfEach) {
  const auto with = [](std::int64_t producers, std::int64_t consumers) {
    return refusal("producer_consumer", {{"producers", producers}, {"consumers", consumers}});
  };
  const string reason = "from 1 to 500 producers and as many consumers";
  EXPECT_EQ(with(0, 1), reason);
  EXPECT_EQ(with(1, 0), reason);
  EXPECT_EQ(with(501, 1), reason);
  EXPECT_EQ(with(1, 501), reason);
  const std::int64_t many = (std::int64_t{1} << 32) + 2;
  EXPECT_EQ(with(many, 1), reason);
  EXPECT_EQ(with(1, many), reason);
}

TEST(RefusalTest, ProducerConsumerNeedsADepthABatchAndRoomForATime) {
  const auto with = [](std::int64_t depth, std::int64_t batch, std::int64_t rate,
                       std::int64_t bytes) {
    return refusal("producer_consumer", {{"producers", 1},
                                         {"consumers", 1},
                                         {"queue_depth", depth},
                                         {"batch", batch},
                                         {"rate", rate},
                                         {"msg_bytes", bytes}});
  };
  const string reason = "a queue depth of at least 1, and a batch from 1 to 1M";
  EXPECT_EQ(with(0, 1, 0, 64), reason);
  EXPECT_EQ(with(1, 0, 0, 64), reason);
  EXPECT_EQ(with(1, (1 << 20) + 1, 0, 64), reason);
  EXPECT_EQ(with(1, 1, 1000, 8), "with a rate, items hold a time: 64 bytes or more");
}

TEST(RefusalTest, LifecycleHasParentsOfUpTo64GiB) {
  EXPECT_EQ(refusal("lifecycle", {{"parent_bytes", -1}}), "from 0 to 64 GiB");
  EXPECT_EQ(refusal("lifecycle", {{"parent_bytes", (std::int64_t{64} << 30) + 1}}),
            "from 0 to 64 GiB");
}

// Each operation of single_operation costs something, and is measured by Google Benchmark.
class OperationTest : public ContenderTest<OperationContender> {};

TEST_P(OperationTest, IsMeasured) {
  unless_skipped([&] {
    TestLaunch launch({{"contender", contender().name}});
    scenario("single_operation").run(launch.run());
    EXPECT_GT(launch.columns().at("ops").get<std::uint64_t>(), 0u);
    EXPECT_GT(launch.columns().at("lat_mean_ns").get<double>(), 0.0);
    EXPECT_EQ(launch.facts()["mode"], "operation");
    EXPECT_EQ(launch.facts()["scope"],
              contender().workers == WorkerKind::kThreads ? "thread" : "process");
  });
}

INSTANTIATE_TEST_SUITE_P(All, OperationTest, ::testing::ValuesIn(native<OperationContender>()),
                         NameOf());

}  // namespace
}  // namespace scenarios::testing
