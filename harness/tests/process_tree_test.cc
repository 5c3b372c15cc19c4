// The processes and threads of a program, and for how long each has run and waited.
#include "harness/base/process_tree.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

#include "harness/base/files.h"

namespace harness::testing {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

bool has(const std::vector<pid_t>& all, pid_t one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

// Forks a process that sleeps, in a process group of its own or not; kills it at the end.
class Sleeper {
 public:
  explicit Sleeper(bool own_group) : id_(::fork()) {
    if (id_ == 0) {
      while (true) ::pause();
    }
    if (own_group) ::setpgid(id_, id_);
  }
  ~Sleeper() {
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
  }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  pid_t id() const { return id_; }

 private:
  pid_t id_;
};

TEST(ProcessTree, HasTheLeaderAndItsDescendantsAlsoInGroupsOfTheirOwn) {
  const Sleeper shared(false), own(true);
  const auto all = processes_of(::getpid());
  EXPECT_TRUE(has(all, ::getpid()) && has(all, shared.id()) && has(all, own.id()));
  EXPECT_FALSE(has(all, ::getppid()) && ::getpgrp() != ::getpid());
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  EXPECT_EQ(processes_of(own.id()), std::vector<pid_t>{own.id()});
}

TEST(ProcessTree, HasTheProcessGroupOfTheLeaderAlsoWhoseParentHasEnded) {
  const Sleeper leader(true), other(true);
  ::setpgid(other.id(), leader.id());
  EXPECT_TRUE(has(processes_of(leader.id()), other.id()));
}

TEST(ProcessTree, AProcessThatIsNotThereHasNeitherProcessesNorThreads) {
  const pid_t gone = [] { return Sleeper(true).id(); }();
  EXPECT_TRUE(processes_of(gone).empty());
  EXPECT_TRUE(threads_of(gone).empty());
  EXPECT_TRUE(thread_times_of(gone).empty());
}

TEST(ProcessTree, AThreadHasRunWhatItHasSpun) {
  const auto ran_by_now = [] {
    for (const auto& each : thread_times_of(::getpid())) {
      if (each.id == ::gettid()) return each.ran;
    }
    return std::chrono::nanoseconds(-1);
  };
  const auto before = ran_by_now();
  ASSERT_GE(before, 0ns);
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  for (const auto from = used;
       used.tv_sec - from.tv_sec < 1 &&
       (used.tv_sec - from.tv_sec) * 1'000'000'000 + used.tv_nsec - from.tv_nsec < 200'000'000;) {
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  }
  EXPECT_GE(ran_by_now() - before, 150ms);  // the kernel counts by its tick
}

TEST(ProcessTree, EachThreadIsThereWithItsState) {
  std::thread sleeps([] { std::this_thread::sleep_for(1ms); });
  EXPECT_EQ(threads_of(::getpid()).front(), ::getpid());
  sleeps.join();
  const Sleeper sleeper(true);
  while (thread_times_of(sleeper.id()).at(0).state != 'S') ::usleep(100);
  ::kill(sleeper.id(), SIGSTOP);
  while (thread_times_of(sleeper.id()).at(0).state != 'T') ::usleep(100);
  EXPECT_EQ(thread_times_of(sleeper.id()).at(0).id, sleeper.id());
}

TEST(Schedstat, IsTimeRunTimeWaitedAndSlices) {
  const auto times = parse_schedstat("901590 49709 1\n");
  ASSERT_TRUE(times);
  EXPECT_EQ(times->first, 901590ns);
  EXPECT_EQ(times->second, 49709ns);
}

TEST(Schedstat, WhatIsCutShortOrNoNumberIsRefused) {
  for (const char* text : {"", "1", "1 x 2", "x", "-1 5 2", "5 -1 2"}) {
    EXPECT_FALSE(parse_schedstat(text)) << text;
  }
}

}  // namespace
}  // namespace harness::testing
