// Programs of CPython: what they announce, note and die of becomes of the launch.
#include "scenarios/support/cpython.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "harness/plan/interpreters.h"
#include "scenarios/cpu_scaling.h"
#include "scenarios/lifecycle.h"
#include "scenarios/pool_tasks.h"
#include "scenarios/producer_consumer.h"
#include "scenarios/single_operation.h"
#include "scenarios/support/janitor.h"
#include "scenarios/tests/support.h"

namespace scenarios::testing {
namespace {

using std::string;

// A project of its own whose programs are shell scripts: the interpreter is /bin/sh.
class RunCPythonTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(programs());
    ::setenv("GILFREE_SOURCE_DIR", folder_.path().c_str(), 1);
  }
  void TearDown() override { ::unsetenv("GILFREE_SOURCE_DIR"); }

  // Runs `script`; it counts nothing, so that a launch that measures waits for its end.
  void run(const string& script, const std::vector<string>& arguments = {}) {
    std::ofstream(programs() / "program") << script;
    run_cpython(launch_.run(), "program", arguments);
  }
  string error_of(const string& script) {
    return message_of<std::runtime_error>([&] { run(script); });
  }
  TestLaunch& launch() { return launch_; }

 private:
  std::filesystem::path programs() const {
    return folder_.path() / "scenarios" / "contenders" / "cpython";
  }
  harness::testing::TemporaryFolder folder_;
  TestLaunch launch_{{}, "/bin/sh"};
};

TEST_F(RunCPythonTest, WhatItNotesAtItsEndIsWrittenToTheRow) {
  run("printf r; printf 'max_inside 2\\nwait block and spin\\n'");
  EXPECT_EQ(launch().facts()["max_inside"], "2");
  EXPECT_EQ(launch().facts()["wait"], "block and spin");
}

TEST_F(RunCPythonTest, ItGetsTheDescriptorAndItsArguments) {
  run("printf r; echo \"mode $2,$3\"; test -e /proc/self/fd/$1 && echo 'scope inherited'",
      {"one", "two words"});
  EXPECT_EQ(launch().facts()["mode"], "one,two words");
  EXPECT_EQ(launch().facts()["scope"], "inherited");
}

TEST_F(RunCPythonTest, AnErrorThatItNotesFailsTheLaunch) {
  EXPECT_EQ(error_of("printf r; echo error out of pigeons"), "CPython: out of pigeons");
}

TEST_F(RunCPythonTest, ItCanSkipBeforeItBegins) {
  EXPECT_EQ(message_of<harness::Skipped>([&] { run("echo skipped no Barrier in this version"); }),
            "CPython: no Barrier in this version");
}

TEST_F(RunCPythonTest, OneThatEndsBeforeItBeginsFailsTheLaunch) {
  EXPECT_EQ(error_of("exit 0"), "the CPython program ended before it began");
}

TEST_F(RunCPythonTest, OneThatFailsIsReported) {
  EXPECT_EQ(error_of("exit 3"), "the CPython program failed");
}

TEST_F(RunCPythonTest, OneThatIsKilledIsReportedWithTheSignal) {
  EXPECT_EQ(error_of("kill -9 $$"), "the CPython program was killed by signal 9 (Killed)");
}

TEST_F(RunCPythonTest, OneThatIsKilledWhileItIsMeasuredIsReported) {
  EXPECT_EQ(error_of("printf r; kill -9 $$"),
            "the CPython program was killed by signal 9 (Killed)");
}

TEST(InterpreterTest, WithoutOneItIsSkippedWithTheRemedy) {
  TestLaunch launch({});
  EXPECT_EQ(message_of<harness::Skipped>([&] { run_cpython(launch.run(), "program", {}); }),
            "no python3 on PATH runs; install one or name one with --python");
}

TEST(InterpreterTest, OneThatCannotBeStartedIsNamed) {
  TestLaunch launch({}, "/no/such/python");
  EXPECT_EQ(message_of<std::runtime_error>([&] { run_cpython(launch.run(), "program", {}); }),
            "CPython program: cannot run /no/such/python");
}

TEST(InterpreterTest, TheAxisFitsWhereAnInterpreterIsNeeded) {
  const auto fits = [](const string& contender, const string& python) {
    return interpreter_fits(harness::Point({{"contender", contender}, {"python", python}}));
  };
  EXPECT_TRUE(fits("cpython_queue", "3.11.2"));
  EXPECT_FALSE(fits("cpython_queue", "none"));
  EXPECT_TRUE(fits("queue", "none"));
  EXPECT_FALSE(fits("queue", "3.11.2"));
}

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
    const Flow flow{.producers = 1, .consumers = 1, .batch = 1, .interval_ns = 0, .in_order = true};
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

// The janitor of a kernel object: it tidies up when all that know of the object are gone.
TEST(JanitorTest, TidiesUpWhenItsMakerEnds) {
  harness::testing::TemporaryFolder folder;
  const auto path = (folder.path() / "tidied").string();
  {
    Janitor janitor([path] { std::ofstream(path) << "done"; });
    EXPECT_FALSE(std::filesystem::exists(path));
  }
  while (!std::filesystem::exists(path)) ::sched_yield();
}

TEST(JanitorTest, TidiesUpAfterAKill) {
  harness::testing::TemporaryFolder folder;
  const auto path = (folder.path() / "tidied").string();
  const auto made = (folder.path() / "made").string();
  const pid_t maker = ::fork();
  if (maker == 0) {
    Janitor janitor([path] { std::ofstream(path) << "done"; });
    std::ofstream(made) << "yes";
    while (true) ::pause();
  }
  while (!std::filesystem::exists(made)) ::sched_yield();
  ::kill(maker, SIGKILL);
  ::waitpid(maker, nullptr, 0);
  while (!std::filesystem::exists(path)) ::sched_yield();
}

TEST(JanitorTest, WaitsForTheChildrenOfItsMaker) {
  harness::testing::TemporaryFolder folder;
  const auto path = (folder.path() / "tidied").string();
  int go[2];
  ASSERT_EQ(::pipe(go), 0);
  pid_t child;
  {
    Janitor janitor([path] { std::ofstream(path) << "done"; });
    child = ::fork();
    if (child == 0) {
      ::close(go[1]);
      char nothing;
      ::_exit(::read(go[0], &nothing, 1) == 0 && !std::filesystem::exists(path) ? 0 : 1);
    }
  }
  ::close(go[1]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0) << "it tidied up while a child was there";
  while (!std::filesystem::exists(path)) ::sched_yield();
  ::close(go[0]);
}

}  // namespace
}  // namespace scenarios::testing
