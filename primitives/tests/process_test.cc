#include "primitives/process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "primitives/pipe.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

class ProcessTest : public Watchdog {};

TEST_F(ProcessTest, RunsItsTargetInAnotherProcess) {
  auto [receiver, sender] = Pipe<pid_t, Processes>({.duplex = false});
  Process child([&, &sender = sender] { sender.send(::getpid()); });
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

TEST_F(ProcessTest, TheExitCodeIsWhatTheTargetReturns) {
  Process child([] { return 7; });
  child.start();
  child.join();
  EXPECT_EQ(child.exitcode(), 7);
}

TEST_F(ProcessTest, AnUncaughtExceptionIsReportedAndGivesOne) {
  ::testing::internal::CaptureStderr();
  Process child([] { throw std::runtime_error("no such reading"); }, {.name = "sensor"});
  child.start();
  child.join();
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(child.exitcode(), 1);
  EXPECT_NE(said.find("sensor"), std::string::npos) << said;
  EXPECT_NE(said.find("no such reading"), std::string::npos) << said;
}

TEST_F(ProcessTest, ASubclassOverridesRun) {
  struct Work : Process {
    Work() : Process(ProcessOptions{.name = "work"}) {}
    int run() override { return static_cast<int>(name().size()); }
  } work;
  work.start();
  work.join();
  EXPECT_EQ(work.exitcode(), 4);
}

TEST_F(ProcessTest, ASignalIsANegativeExitCode) {
  Process terminated([] { ::pause(); }), killed([] { ::pause(); });
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

TEST_F(ProcessTest, NamesAreGivenWhereNoneIsChosen) {
  Process named([] {}, {.name = "w"}), first([] {}), second([] {});
  EXPECT_EQ(named.name(), "w");
  EXPECT_EQ(first.name().rfind("Process-", 0), 0u);
  EXPECT_NE(first.name(), second.name());
}

TEST_F(ProcessTest, MistakesAreReported) {
  Process child([] {});
  EXPECT_THROW(child.join(), std::logic_error);
  EXPECT_THROW(child.kill(), std::logic_error);
  child.start();
  EXPECT_THROW(child.start(), std::logic_error);
}

TEST_F(ProcessTest, TheDestructorJoinsAChildAndEndsADaemon) {
  pid_t ordinary = 0, daemon = 0;
  {
    Process one([] {});
    Process two([] { ::pause(); }, {.daemon = true});
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

TEST_F(ProcessTest, ADaemonThatIgnoresTerminateIsKilled) {
  auto [receiver, sender] = Pipe<int, Processes>({.duplex = false});
  Process stubborn(
      [&, &sender = sender] {
        ::signal(SIGTERM, SIG_IGN);
        sender.send(1);
        while (true) ::pause();
      },
      {.daemon = true});
  stubborn.start();
  EXPECT_EQ(receiver.recv(), 1);
}

TEST_F(ProcessTest, ADaemonDiesWithAParentThatIsKilled) {
  auto [receiver, sender] = Pipe<pid_t, Processes>({.duplex = false});
  const pid_t parent = fork_child([&, &sender = sender] {
    Process daemon(
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

TEST_F(ProcessTest, WhatIsBufferedIsWrittenOnce) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  FILE* out = ::fdopen(ends[1], "w");
  std::fputs("parent ", out);
  Process child([&] { std::fputs("child", out); });
  child.start();
  child.join();
  std::fclose(out);
  char text[64] = {};
  std::string all;
  for (ssize_t n; (n = ::read(ends[0], text, sizeof text)) > 0;) all.append(text, n);
  ::close(ends[0]);
  EXPECT_EQ(all, "parent child");
}

}  // namespace
}  // namespace gilfree::testing
