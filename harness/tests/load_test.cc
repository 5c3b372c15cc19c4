#include "harness/measure/load.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>
#include <stdexcept>
#include <thread>

#include "harness/base/cpus.h"
#include "harness/measure/measurement.h"
#include "harness/measure/usage.h"

namespace harness {
namespace {

using namespace std::chrono_literals;

// CPU time that a process has used; nothing is known of one that has ended.
double cpu_seconds_of(pid_t process) {
  clockid_t clock;
  timespec spent{};
  if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &spent) != 0) return -1;
  return static_cast<double>(spent.tv_sec) + 1e-9 * static_cast<double>(spent.tv_nsec);
}

bool is_there(pid_t process) { return ::kill(process, 0) == 0; }

void wait_for_cpu_seconds(const Load& load, double seconds) {
  while (cpu_seconds_of(load.process()) < seconds) std::this_thread::sleep_for(1ms);
}

TEST(LoadTest, NoneIsNoProcess) {
  Load load("none");
  load.begin({0});
  EXPECT_EQ(load.process(), 0);
}

TEST(LoadTest, ItWorksFromBeginToEndAndNotBefore) {
  for (const char* level : {"half", "full"}) {
    Load load(level);
    const pid_t process = load.process();
    EXPECT_LT(cpu_seconds_of(process), 0.05) << level;
    load.begin(allowed_cpus());
    wait_for_cpu_seconds(load, 0.1);
    load.end();
    EXPECT_FALSE(is_there(process)) << level;
  }
}

TEST(LoadTest, HalfSleepsHalfOfTheTime) {
  Load load("half");
  load.begin({allowed_cpus().front()});
  const auto begun = std::chrono::steady_clock::now();
  wait_for_cpu_seconds(load, 0.3);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
  EXPECT_GE(taken.count(), 0.5);  // never more than every other 10 ms
}

// A process that has a load of its own, and is killed.
TEST(LoadTest, ItEndsWithTheProcessThatMadeItHoweverThatEnds) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t launch = ::fork();
  if (launch == 0) {
    Load load("full");
    load.begin(allowed_cpus());
    const pid_t process = load.process();
    if (::write(ends[1], &process, sizeof process) != sizeof process) ::_exit(1);
    while (true) ::pause();
  }
  pid_t process = 0;
  ASSERT_EQ(::read(ends[0], &process, sizeof process), static_cast<ssize_t>(sizeof process));
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_TRUE(is_there(process));
  ::kill(launch, SIGKILL);
  ::waitpid(launch, nullptr, 0);
  int status = 0;
  EXPECT_EQ(::waitpid(process, &status, 0), process);  // hangs if it lives on
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

TEST(LoadTest, OneThatWasKilledIsAnErrorAndNoSignal) {
  Load load("full");
  ASSERT_EQ(::kill(load.process(), SIGKILL), 0);
  siginfo_t ended{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(load.process()), &ended, WEXITED | WNOWAIT), 0);
  EXPECT_THROW(load.begin(allowed_cpus()), std::runtime_error);
}

TEST(LoadTest, ItIsNoPartOfWhatTheLaunchUses) {
  Load load("full");
  load.begin(allowed_cpus());
  const Usage before = usage_of_descendants(load.process());
  const double loaded = cpu_seconds_of(load.process());
  wait_for_cpu_seconds(load, loaded + 0.3);
  EXPECT_LT(usage_of_descendants(load.process()).cpu_s - before.cpu_s, 0.15);
  EXPECT_GT(usage_of_descendants().cpu_s - before.cpu_s, 0.25);
}

TEST(LoadTest, AMeasurementHasItWhileItsWindowsAreOpenOnTheCpusOfTheParties) {
  Measurement control({.warmup = 1ms, .window = 60ms, .windows = 1}, "full");
  control.facts["cpus"] = std::to_string(allowed_cpus().front());
  std::thread party([&control, &tally = control.tally(0)] {
    while (control.header().window.load() != ControlHeader::kStop) {
      std::this_thread::sleep_for(100us);
      tally.count(1);
    }
  });
  control.measure();
  party.join();
  EXPECT_GT(control.windows.at(0).columns["ops"], 0);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);  // no child is left
  EXPECT_EQ(errno, ECHILD);
}

}  // namespace
}  // namespace harness
