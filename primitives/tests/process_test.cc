#include "gilfree/process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "gilfree/pipe.h"
#include "primitives/tests/support/scopes.h"
#include "primitives/tests/support/start_methods.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

class ProcessTest : public StartMethods {};
class ForkedProcessTest : public Watchdog {};

INSTANTIATE_TEST_SUITE_P(By, ProcessTest, kStartMethods, name_of_start_method);

static_assert(!std::is_copy_constructible_v<Process> && std::is_move_constructible_v<Process>);
static_assert(std::has_virtual_destructor_v<Process>);
static_assert(!std::is_constructible_v<Process, ProcessHandle>);

TEST_P(ProcessTest, RunsItsTargetInAnotherProcess) {
  auto [receiver, sender] = Pipe<pid_t, Processes>({.duplex = false});
  Process child = make([&, &sender = sender] { sender.send(::getpid()); });
  EXPECT_EQ(child.pid(), 0);
  EXPECT_FALSE(child.is_alive());
  EXPECT_EQ(child.exitcode(), std::nullopt);

  child.start();
  EXPECT_NE(child.pid(), ::getpid());
  EXPECT_EQ(receiver.recv(), child.pid());
  child.join();
  EXPECT_FALSE(child.is_alive());
  EXPECT_EQ(child.exitcode(), 0);
}

TEST_P(ProcessTest, TheExitCodeIsWhatTheTargetReturns) {
  Process child = make([] { return 7; });
  child.start();
  child.join();
  EXPECT_EQ(child.exitcode(), 7);
}

TEST_P(ProcessTest, AnUncaughtExceptionIsReportedAndGivesOne) {
  ::testing::internal::CaptureStderr();
  Process child = make([] { throw std::runtime_error("no such reading"); }, {.name = "sensor"});
  child.start();
  child.join();
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(child.exitcode(), 1);
  EXPECT_EQ(said, "sensor: uncaught std::runtime_error: no such reading\n");
}

// Where cout passes on to stdio, and where it keeps what it has itself.
TEST_P(ProcessTest, WhatItWroteToStandardOutputIsFlushed) {
  for (const bool synchronised : {true, false}) {
    ::testing::internal::CaptureStdout();
    {
      Process child = make([=] {
        std::ios::sync_with_stdio(synchronised);
        std::cout << "written";
      });
      child.start();
      child.join();
      end_server();  // made anew, it writes to what is captured then
    }
    EXPECT_EQ(::testing::internal::GetCapturedStdout(), "written") << synchronised;
  }
}

TEST_F(ForkedProcessTest, ASubclassOverridesRun) {
  struct Work : Process {
    Work() : Process(ProcessOptions{.name = "work"}) {}
    int run() override { return static_cast<int>(name().size()); }
  } work;
  work.start();
  work.join();
  EXPECT_EQ(work.exitcode(), 4);
}

TEST_P(ProcessTest, ASignalIsANegativeExitCode) {
  Process terminated = make([] { ::pause(); }), killed = make([] { ::pause(); });
  terminated.start();
  killed.start();
  EXPECT_TRUE(terminated.is_alive());
  EXPECT_FALSE(terminated.join_for(10ms));
  terminated.terminate();
  killed.kill();
  terminated.join();
  EXPECT_TRUE(killed.join_for(1h));
  EXPECT_EQ(terminated.exitcode(), -SIGTERM);
  EXPECT_EQ(killed.exitcode(), -SIGKILL);
  killed.kill();  // nothing left to kill: no error, and no stranger's pid
}

TEST_F(ForkedProcessTest, NamesAreGivenWhereNoneIsChosen) {
  Process named([] {}, {.name = "w"}), first([] {}), second([] {});
  EXPECT_EQ(named.name(), "w");
  EXPECT_EQ(first.name().rfind("Process-", 0), 0u);
  EXPECT_NE(first.name(), second.name());
}

TEST_P(ProcessTest, MistakesAreReported) {
  Process child = make([] {});
  EXPECT_THROW(child.join(), std::logic_error);
  EXPECT_THROW(child.kill(), std::logic_error);
  child.start();
  EXPECT_THROW(child.start(), std::logic_error);
  EXPECT_THROW(child.join_for(-1ms), std::invalid_argument);
  EXPECT_TRUE(child.join_for(std::chrono::hours::max()));  // too long to count
  child.join();
  child.join();  // twice is none
  child.close();
  EXPECT_THROW(child.is_alive(), std::logic_error);

  Process running = make([] { ::pause(); }, {.daemon = true});
  running.start();
  EXPECT_THROW(running.close(), std::logic_error);
}

TEST_F(ForkedProcessTest, OnlyTheProcessThatStartedAChildMayAsk) {
  Process child([] { ::pause(); }, {.daemon = true});
  child.start();
  Process other([&] {
    int refused = 0;
    const auto ask = [&](auto question) {
      try {
        question();
      } catch (const std::logic_error&) {
        ++refused;
      }
    };
    ask([&] { child.join(); });
    ask([&] { child.kill(); });
    ask([&] { (void)child.is_alive(); });
    ask([&] { (void)child.exitcode(); });
    ask([&] { current_process().join(); });
    return refused;
  });
  other.start();
  other.join();
  EXPECT_EQ(other.exitcode(), 5);
  EXPECT_TRUE(child.is_alive());
}

TEST_F(ForkedProcessTest, TakesATargetThatCanOnlyBeMovedAndLivesInAVector) {
  std::vector<Process> children;
  for (int i = 0; i < 4; ++i) {
    children.emplace_back([owned = std::make_unique<int>(i)] { return *owned; });
    children.back().start();
  }
  for (int i = 0; i < 4; ++i) {
    children[i].join();
    EXPECT_EQ(children[i].exitcode(), i);
  }
}

TEST_P(ProcessTest, AChildThatOtherCodeWaitedForHasEndedAllTheSame) {
  Process child = make([] {});
  child.start();
  ::waitpid(child.pid(), nullptr, 0);
  EXPECT_FALSE(child.is_alive());
  child.join();
  EXPECT_EQ(child.exitcode(), 255);
}

TEST_P(ProcessTest, AnyNumberOfThreadsMayJoin) {
  for (int round = 0; round < 20; ++round) {
    Process child = make([] { return 3; });
    child.start();
    std::vector<std::thread> others;
    for (int i = 0; i < 4; ++i) {
      others.emplace_back([&] {
        child.join();
        EXPECT_EQ(child.exitcode(), 3);
      });
    }
    for (auto& other : others) other.join();
  }
}

TEST_P(ProcessTest, TheDestructorJoinsAChildAndEndsADaemon) {
  pid_t ordinary = 0, daemon = 0;
  {
    Process one = make([] {});
    Process two = make([] { ::pause(); }, {.daemon = true});
    one.start();
    two.start();
    ordinary = one.pid();
    daemon = two.pid();
  }
  for (const pid_t gone : {ordinary, daemon}) {
    EXPECT_EQ(::waitpid(gone, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD) << "left a zombie";
  }
}

TEST_P(ProcessTest, ADaemonThatIgnoresTerminateIsKilled) {
  auto [receiver, sender] = Pipe<int, Processes>({.duplex = false});
  Process stubborn = make(
      [&, &sender = sender] {
        ::signal(SIGTERM, SIG_IGN);
        sender.send(1);
        while (true) ::pause();
      },
      {.daemon = true});
  stubborn.start();
  EXPECT_EQ(receiver.recv(), 1);
}

TEST_P(ProcessTest, ADaemonDiesWithAParentThatIsKilled) {
  auto [receiver, sender] = Pipe<pid_t, Processes>({.duplex = false});
  const pid_t parent = fork_child([&, &sender = sender] {
    Process daemon = make(
        [&] {
          sender.send(::getpid());
          while (true) ::pause();
        },
        {.daemon = true});
    daemon.start();
    ::pause();
  });
  sender.close();
  (void)receiver.recv();
  ::kill(parent, SIGKILL);
  EXPECT_THROW(receiver.recv(), EndOfFile) << "the daemon held the other holder of the pipe's end";
  ::waitpid(parent, nullptr, 0);
}

TEST_P(ProcessTest, WhatIsBufferedIsWrittenOnce) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  FILE* out = ::fdopen(ends[1], "w");
  std::fputs("parent ", out);
  Process child = make([&] { std::fputs("child", out); });
  child.start();
  child.join();
  std::fclose(out);
  end_server();
  char text[64] = {};
  std::string all;
  for (ssize_t n; (n = ::read(ends[0], text, sizeof text)) > 0;) all.append(text, n);
  ::close(ends[0]);
  EXPECT_EQ(all, "parent child");
}

}  // namespace
}  // namespace gilfree::testing
