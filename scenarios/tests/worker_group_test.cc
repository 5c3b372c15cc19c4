// WorkerGroup: no worker begins before all have started, a failure ends the others and is reported.
#include "scenarios/support/worker_group.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "scenarios/support/shared_object.h"
#include "scenarios/tests/support.h"

namespace scenarios::testing {
namespace {

template <typename T>
using Shared = SharedObject<T, WorkerKind::kProcesses>;

void sleep_for_ever() {
  while (true) ::pause();
}

class WorkerGroupTest : public ::testing::TestWithParam<WorkerKind> {};

TEST_P(WorkerGroupTest, RunsEachBodyOnce) {
  Shared<std::atomic<int>> runs{0};
  WorkerGroup group(GetParam());
  for (int i = 0; i < 5; ++i) group.start("worker", -1, [&] { ++*runs; });
  group.go();
  group.join();
  EXPECT_EQ(*runs, 5);
}

TEST_P(WorkerGroupTest, NoWorkerBeginsBeforeGo) {
  Shared<std::atomic<int>> runs{0};
  WorkerGroup group(GetParam());
  for (int i = 0; i < 3; ++i) group.start("worker", -1, [&] { ++*runs; });
  EXPECT_EQ(*runs, 0);
  group.go();
  group.join();
  EXPECT_EQ(*runs, 3);
}

TEST_P(WorkerGroupTest, AGroupGivenUpBeforeGoNeverBegins) {
  Shared<std::atomic<int>> runs{0};
  {
    WorkerGroup group(GetParam());
    group.start("worker", -1, [&] { ++*runs; });
  }
  EXPECT_EQ(*runs, 0);
}

TEST_P(WorkerGroupTest, AnEmptyGroupEndsAtOnce) {
  WorkerGroup group(GetParam());
  group.go();
  group.join();
}

TEST_P(WorkerGroupTest, AWorkerStaysOnItsCpu) {
  const int cpu = allowed_cpus().back();
  Shared<std::atomic<int>> seen{-1};
  WorkerGroup group(GetParam());
  group.start("worker", cpu, [&] {
    const auto allowed = allowed_cpus();
    *seen = allowed.size() == 1 ? allowed[0] : -2;
  });
  group.go();
  group.join();
  EXPECT_EQ(*seen, cpu);
}

TEST_P(WorkerGroupTest, WorkersAreOfTheKindAskedFor) {
  Shared<std::atomic<pid_t>> process{0};
  WorkerGroup group(GetParam());
  group.start("worker", -1, [&] { *process = ::getpid(); });
  group.go();
  group.join();
  EXPECT_EQ(*process == ::getpid(), GetParam() == WorkerKind::kThreads);
}

TEST_P(WorkerGroupTest, MeasureOpensTheWindowsOnceAllHaveStarted) {
  TestLaunch launch({});
  auto& run = launch.run();
  run.tally(0), run.tally(1);
  WorkerGroup group(GetParam());
  for (int me = 0; me < 2; ++me) {
    group.start("worker", -1, [&run, me] {
      while (run.running()) run.tally(me).count(1, 8), std::this_thread::yield();
    });
  }
  group.measure(run);
  launch.expect_measured();
}

INSTANTIATE_TEST_SUITE_P(BothKinds, WorkerGroupTest,
                         ::testing::Values(WorkerKind::kThreads, WorkerKind::kProcesses),
                         [](const auto& each) {
                           return each.param == WorkerKind::kThreads ? "Threads" : "Processes";
                         });

TEST(WorkerProcessesTest, AnExceptionIsReportedWithItsMessageAndRole) {
  WorkerGroup group;
  group.start("producer", -1, [] { throw std::runtime_error("out of pigeons"); });
  group.go();
  EXPECT_EQ(message_of<std::runtime_error>([&] { group.join(); }), "producer: out of pigeons");
}

TEST(WorkerProcessesTest, AMessageOfTwoLinesIsOne) {
  WorkerGroup group;
  group.start("producer", -1, [] { throw std::runtime_error("out of\npigeons\x01"); });
  group.go();
  EXPECT_EQ(message_of<std::runtime_error>([&] { group.join(); }), "producer: out of?pigeons?");
}

TEST(WorkerProcessesTest, WhatIsNoExceptionIsReportedToo) {
  WorkerGroup group;
  group.start("producer", -1, [] { throw 7; });
  group.go();
  EXPECT_EQ(message_of<std::runtime_error>([&] { group.join(); }), "producer: unknown exception");
}

TEST(WorkerProcessesTest, AnExitCodeWithoutAMessageIsReportedWithTheRole) {
  WorkerGroup group;
  group.start("consumer", -1, [] { ::_exit(3); });
  group.go();
  EXPECT_EQ(
      message_of<std::runtime_error>([&] { group.join(); }),
      "the consumer ended with exit code 3 before its work was done: something that it measured "
      "called exit()");
}

// Before, its end counted as that of a worker that was done, and the others waited for it until the timeout.
TEST(WorkerProcessesTest, OneThatCallsExitHasFailedWhateverTheCode) {
  using Exit = void (*)(int);
  for (const Exit ends : {Exit(&::_exit), Exit(&std::exit)}) {
    WorkerGroup group;
    group.start("consumer", -1, [ends] { ends(0); });
    group.start("producer", -1, sleep_for_ever);
    group.go();
    EXPECT_EQ(message_of<std::runtime_error>([&] { group.join(); }),
              "the consumer ended with exit code 0 before its work was done: something that it "
              "measured called exit()");
  }
}

TEST(WorkerProcessesTest, OneThatSaysSoMayExit) {
  WorkerGroup group;
  group.start("program", -1, [&] { group.may_exit(), ::_exit(0); });
  group.start("worker", -1, [] {});
  group.go();
  group.join();
}

TEST(WorkerProcessesTest, ADeathBySignalIsReportedWithTheSignal) {
  WorkerGroup group;
  group.start("consumer", -1, [] { ::raise(SIGKILL); });
  group.go();
  EXPECT_EQ(message_of<std::runtime_error>([&] { group.join(); }),
            "the consumer was killed by signal 9 (Killed)");
}

TEST(WorkerProcessesTest, AFailureKillsTheOthersWhichMayWaitForIt) {
  Shared<std::atomic<pid_t>> waiting{0};
  WorkerGroup group;
  group.start("consumer", -1, [&] {
    *waiting = ::getpid();
    sleep_for_ever();
  });
  group.start("producer", -1, [&] {
    while (*waiting == 0) ::sched_yield();
    throw std::runtime_error("gave up");
  });
  group.go();
  EXPECT_EQ(message_of<std::runtime_error>([&] { group.join(); }), "producer: gave up");
  EXPECT_EQ(::kill(*waiting, 0), -1) << "it is gone, and reaped";
  EXPECT_EQ(errno, ESRCH);
}

TEST(WorkerProcessesTest, TheFirstMessageIsKept) {
  Shared<std::atomic<bool>> first_has_failed{false};
  WorkerGroup group;
  group.start("first", -1, [&] { throw std::runtime_error("one"); });
  group.go();
  EXPECT_EQ(message_of<std::runtime_error>([&] { group.join(); }), "first: one");
}

TEST(WorkerProcessesTest, ALongMessageIsCutAndEnded) {
  WorkerGroup group;
  group.start("worker", -1, [] { throw std::runtime_error(std::string(2000, 'x')); });
  group.go();
  EXPECT_EQ(message_of<std::runtime_error>([&] { group.join(); }).size(), 511u);
}

TEST(WorkerProcessesTest, AWorkerThatDiesBeforeGoDoesNotHangIt) {
  WorkerGroup group;
  Shared<std::atomic<pid_t>> id{0};
  group.start("worker", -1, [] {});
  // The only child there is: killed while it waits at the gate, or before it has reported.
  siginfo_t info{};
  const auto children = [&] { return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0; };
  ASSERT_TRUE(children());
  std::string path = "/proc/self/task/" + std::to_string(::getpid()) + "/children";
  std::ifstream in(path);
  pid_t child = 0;
  ASSERT_TRUE(in >> child);
  ::kill(child, SIGKILL);
  group.go();
  EXPECT_EQ(message_of<std::runtime_error>([&] { group.join(); }),
            "the worker was killed by signal 9 (Killed)");
}

TEST(WorkerProcessesTest, WorkersThatRunDieWithTheGroup) {
  Shared<std::atomic<pid_t>> id{0};
  {
    WorkerGroup group;
    group.start("worker", -1, [&] {
      *id = ::getpid();
      sleep_for_ever();
    });
    group.go();
    while (*id == 0) ::sched_yield();
  }
  EXPECT_EQ(::kill(*id, 0), -1);
}

TEST(WorkerProcessesTest, WorkersDieWithTheProcessThatStartedThem) {
  Shared<std::atomic<pid_t>> worker{0};
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    WorkerGroup group;
    group.start("worker", -1, [&] {
      *worker = ::getpid();
      sleep_for_ever();
    });
    group.go();
    while (*worker == 0) ::sched_yield();
    ::_exit(0);  // without the group's destructor, as a kill would
  }
  ::close(ends[1]);
  char nothing;
  EXPECT_EQ(::read(ends[0], &nothing, 1), 0);  // the worker held the other end until it died
  ::waitpid(parent, nullptr, 0);
  ::close(ends[0]);
}

TEST(WorkerProcessesTest, ManyGroupsLeaveNoDescriptorOpen) {
  const auto descriptors = [] {
    int count = 0;
    for (const auto& each : std::filesystem::directory_iterator("/proc/self/fd")) {
      (void)each;
      ++count;
    }
    return count;
  };
  const int before = descriptors();
  for (int i = 0; i < 20; ++i) run_workers(WorkerKind::kProcesses, times(2, [] {}));
  EXPECT_EQ(descriptors(), before);
}

// A thread cannot be killed by the others, so its process ends with exit code 1 and its message.
TEST(WorkerThreadsDeathTest, AnExceptionEndsTheProcessWithItsMessage) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const auto fail = [] {
    WorkerGroup group(WorkerKind::kThreads);
    group.start("producer", -1, [] { throw std::runtime_error("out of pigeons"); });
    group.go();
    group.join();
  };
  EXPECT_EXIT(fail(), ::testing::ExitedWithCode(1), "producer: out of pigeons");
}

}  // namespace
}  // namespace scenarios::testing
