// CPython's contenders: each is measured.
#include "scenarios/support/cpython.h"

#include <string>
#include <utility>
#include <vector>

#include "harness/plan/interpreters.h"
#include "scenarios/cpu_scaling.h"
#include "scenarios/lifecycle.h"
#include "scenarios/pool_tasks.h"
#include "scenarios/producer_consumer.h"
#include "scenarios/single_operation.h"
#include "scenarios/tests/support.h"

namespace scenarios::testing {
namespace {

using std::string;

// CPython's contenders, run by the interpreter of this machine.
template <typename Entry>
std::vector<Named<Entry>> of_cpython() {
  std::vector<Named<Entry>> all;
  for (const auto& each : Roster<Entry>::entries()) {
    if (each.is_cpython()) all.push_back({&each});
  }
  return all;
}

string python() {
  const auto found = harness::find_interpreters({});
  return found.empty() ? "" : found.front().path;
}

template <typename Entry>
class CPythonTest : public ContenderTest<Entry> {
 protected:
  // Measures by `measure`, which gets the entry and a run with these values.
  template <typename Measure>
  void expect_measured(harness::Point::Values values, Measure measure) {
    this->unless_skipped([&] {
      const Entry& entry = this->contender();
      const bool threads = entry.workers == WorkerKind::kThreads;
      values.emplace_back("contender", entry.name);
      values.emplace_back("scope", string(threads ? "threads" : "processes"));
      TestLaunch launch(std::move(values), python());
      launch.run().expect(50);  // an interpreter takes its time
      for (int me = 0; me < 2; ++me) launch.run().tally(me);
      measure(entry, launch.run());
      launch.expect_measured();
    });
  }
  static std::vector<int> two_cpus() {
    const auto allowed = allowed_cpus();
    return {allowed.front(), allowed.back()};
  }
};

using CPythonChannelTest = CPythonTest<ChannelContender>;

TEST_P(CPythonChannelTest, ThroughputIsMeasured) {
  expect_measured({{"mode", string("throughput")}, {"msg_bytes", 64}},
                  [](const auto& entry, harness::Run& run) {
                    entry.measure(run, {two_cpus()[0], two_cpus()[1]});
                  });
}

TEST_P(CPythonChannelTest, RoundTripsAreMeasured) {
  expect_measured({{"mode", string("ping_pong")}, {"msg_bytes", 64}},
                  [](const auto& entry, harness::Run& run) {
                    entry.measure(run, {two_cpus()[0], two_cpus()[1]});
                  });
}

INSTANTIATE_TEST_SUITE_P(All, CPythonChannelTest,
                         ::testing::ValuesIn(of_cpython<ChannelContender>()), NameOf());

using CPythonQueueTest = CPythonTest<QueueContender>;

TEST_P(CPythonQueueTest, AFlowIsMeasured) {
  expect_measured({{"msg_bytes", 64}, {"queue_depth", 100}}, [](const auto& entry,
                                                                harness::Run& run) {
    const Flow flow{.producers = 1, .consumers = 1, .batch = 1, .arrival = {}, .in_order = true};
    entry.measure(run, flow, two_cpus());
  });
}

INSTANTIATE_TEST_SUITE_P(All, CPythonQueueTest, ::testing::ValuesIn(of_cpython<QueueContender>()),
                         NameOf());

using CPythonLockTest = CPythonTest<LockContender>;

TEST_P(CPythonLockTest, ContentionIsMeasured) {
  expect_measured({{"work_in_ns", 0}, {"work_out_ns", 0}},
                  [](const auto& entry, harness::Run& run) { entry.measure(run, two_cpus(), 8); });
}

INSTANTIATE_TEST_SUITE_P(All, CPythonLockTest, ::testing::ValuesIn(of_cpython<LockContender>()),
                         NameOf());

using CPythonSemaphoreTest = CPythonTest<SemaphoreContender>;

TEST_P(CPythonSemaphoreTest, APermitForTwoIsMeasured) {
  expect_measured({{"work_in_ns", 0}, {"permits", 1}},
                  [](const auto& entry, harness::Run& run) { entry.measure(run, two_cpus()); });
}

INSTANTIATE_TEST_SUITE_P(All, CPythonSemaphoreTest,
                         ::testing::ValuesIn(of_cpython<SemaphoreContender>()), NameOf());

using CPythonWakeupTest = CPythonTest<WakeupContender>;

TEST_P(CPythonWakeupTest, AHotWaiterIsMeasured) {
  expect_measured({{"operation", contender().variant}, {"waiter", string("hot")}},
                  [](const auto& entry, harness::Run& run) {
                    entry.measure(run, {two_cpus()[0], two_cpus()[1]});
                  });
}

TEST_P(CPythonWakeupTest, AWaiterAsleepIsMeasured) {
  expect_measured({{"operation", contender().variant}, {"waiter", string("asleep")}},
                  [](const auto& entry, harness::Run& run) {
                    entry.measure(run, {two_cpus()[0], two_cpus()[1]});
                  });
}

INSTANTIATE_TEST_SUITE_P(All, CPythonWakeupTest, ::testing::ValuesIn(of_cpython<WakeupContender>()),
                         NameOf());

using CPythonStarterTest = CPythonTest<StarterContender>;

TEST_P(CPythonStarterTest, StartsAndEndsAreMeasured) {
  expect_measured({{"parent_bytes", 1 << 20}},
                  [](const auto& entry, harness::Run& run) { entry.measure(run); });
}

INSTANTIATE_TEST_SUITE_P(All, CPythonStarterTest,
                         ::testing::ValuesIn(of_cpython<StarterContender>()), NameOf());

using CPythonPoolTest = CPythonTest<PoolContender>;

TEST_P(CPythonPoolTest, AWayThatItOffersIsMeasured) {
  const string way = contender().traits.maps ? "one_by_one" : "fifty";
  expect_measured({{"way", way}},
                  [](const auto& entry, harness::Run& run) { entry.measure(run, 2); });
}

TEST_P(CPythonPoolTest, RoundTripsAreMeasured) {
  if (!contender().traits.calls) GTEST_SKIP() << "not offered";
  expect_measured({{"way", string("round_trip")}},
                  [](const auto& entry, harness::Run& run) { entry.measure(run, 2); });
}

INSTANTIATE_TEST_SUITE_P(All, CPythonPoolTest, ::testing::ValuesIn(of_cpython<PoolContender>()),
                         NameOf());

using CPythonWorkersTest = CPythonTest<WorkersContender>;

TEST_P(CPythonWorkersTest, WeakScalingIsMeasured) {
  expect_measured({{"work", string("integer")}, {"scaling", string("weak")}},
                  [](const auto& entry, harness::Run& run) { entry.measure(run, two_cpus()); });
}

TEST_P(CPythonWorkersTest, StrongScalingIsMeasured) {
  if (contender().name == "cpython_interpreter") {
    GTEST_SKIP()
        << "interpreters share neither the lock nor the barrier: cpu_scaling leaves it out";
  }
  expect_measured({{"work", string("lock")}, {"scaling", string("strong")}},
                  [](const auto& entry, harness::Run& run) { entry.measure(run, two_cpus()); });
}

INSTANTIATE_TEST_SUITE_P(All, CPythonWorkersTest,
                         ::testing::ValuesIn(of_cpython<WorkersContender>()), NameOf());

using CPythonOperationTest = CPythonTest<OperationContender>;

TEST_P(CPythonOperationTest, IsMeasured) {
  expect_measured({}, [](const auto& entry, harness::Run& run) { entry.measure(run); });
}

INSTANTIATE_TEST_SUITE_P(All, CPythonOperationTest,
                         ::testing::ValuesIn(of_cpython<OperationContender>()), NameOf());

}  // namespace
}  // namespace scenarios::testing
