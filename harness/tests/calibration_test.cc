#include "harness/measure/calibration.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>
#include <vector>

#include "harness/base/cpus.h"
#include "harness/measure/tick_clock.h"

namespace harness {
namespace {

using namespace std::chrono_literals;

// Calls `action` in a child, and returns its exit code; -1 if it had to be killed.
template <typename Action>
int exit_code_of(Action action) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(30);
    ::_exit(action());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(CalibrationTest, ReadingTheClockCostsSomething) {
  EXPECT_GT(timer_cost_ns(), 0);
  EXPECT_LT(timer_cost_ns(), 1e6);
}

std::uint64_t steady_ns() {
  return static_cast<std::uint64_t>(
      std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
}

// A time between two readings is no shorter than one that lies within it, and no longer than one around it.
TEST(CalibrationTest, TheTickClockMeasuresWhatTheSteadyClockMeasures) {
  for (const bool calibrated : {false, true}) {
    if (calibrated) TickClock::calibrate();
    const auto around = steady_ns(), from = TickClock::before(), within = steady_ns();
    std::this_thread::sleep_for(20ms);
    const auto inner = static_cast<double>(steady_ns() - within);
    const auto measured = static_cast<double>(TickClock::nanoseconds(from, TickClock::after()));
    const auto outer = static_cast<double>(steady_ns() - around);
    EXPECT_GE(measured, inner * 0.999) << calibrated;
    EXPECT_LE(measured, outer * 1.001) << calibrated;
    EXPECT_EQ(TickClock::nanoseconds(from + 1, from), 0u);
  }
}

TEST(CalibrationTest, ACacheLineTakesTimeBetweenTwoCores) {
  if (allowed_cpus().size() < 2) GTEST_SKIP() << "one CPU";
  const auto bounce = line_bounce_ns(60s);
  ASSERT_TRUE(bounce);
  EXPECT_GT(*bounce, 0);
}

TEST(CalibrationTest, OnOneCpuThereIsNothingToMeasure) {
  std::thread([] {
    ASSERT_TRUE(stay_on(allowed_cpus().front()));
    EXPECT_FALSE(line_bounce_ns());
  }).join();
}

// Processes of a higher priority spin on every CPU. Without a deadline it takes minutes.
TEST(CalibrationTest, OnABusyMachineItIsGivenUp) {
  std::vector<pid_t> busy;
  for (const int cpu : allowed_cpus()) {
    busy.push_back(::fork());
    if (busy.back() != 0) continue;
    stay_on(cpu);
    for (volatile bool always = true; always;) continue;
  }
  const int code = exit_code_of([] {
    ::setpriority(PRIO_PROCESS, 0, 19);
    (void)line_bounce_ns(50ms);
    return 0;
  });
  for (const pid_t each : busy) ::kill(each, SIGKILL);
  for (const pid_t each : busy) ::waitpid(each, nullptr, 0);
  EXPECT_EQ(code, 0);
}

TEST(CalibrationTest, WhereNoThreadCanBeStartedItIsGivenUp) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become a user without processes";
  const int code = exit_code_of([] {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_NPROC, &none);
    if (::setgid(65'534) != 0 || ::setuid(65'534) != 0) return 2;  // root has no such limit
    return line_bounce_ns() ? 1 : 0;
  });
  EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace harness
