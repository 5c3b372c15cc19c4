#include "harness/measure/usage.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "harness/base/json.h"

namespace harness {
namespace {

using namespace std::chrono_literals;

// A child, with a child of its own, that each spin until they are killed. The constructor returns when both run.
class SpinningFamily {
 public:
  SpinningFamily() {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("pipe");
    child_ = ::fork();
    if (child_ == 0) {
      ::setpgid(0, 0);
      (void)::fork();
      if (::write(ends[1], "x", 1) != 1) ::_exit(1);
      for (volatile bool always = true; always;) continue;
    }
    ::setpgid(child_, child_);
    char word;
    for (int running = 0; running < 2;) running += ::read(ends[0], &word, 1) == 1;
    ::close(ends[0]);
    ::close(ends[1]);
  }
  ~SpinningFamily() {
    ::kill(-child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }

 private:
  pid_t child_;
};

double seconds_spent_until(double seconds) {
  const Usage opened = usage_of_descendants();
  Usage closed;
  do {
    closed = usage_of_descendants();
  } while (closed.cpu_s - opened.cpu_s < seconds);
  return closed.cpu_s - opened.cpu_s;
}

// It would never end if only this process were seen: reading /proc costs it less than that.
TEST(UsageTest, ChildrenAndTheirChildrenAreCounted) {
  const Usage alone = usage_of_descendants();
  const SpinningFamily family;
  EXPECT_GE(seconds_spent_until(0.05), 0.05);
  const Usage together = usage_of_descendants();
  EXPECT_GT(together.voluntary + together.involuntary, alone.voluntary + alone.involuntary);
  EXPECT_GT(together.minor_faults, alone.minor_faults);
  EXPECT_GT(together.all_ticks, 0);
}

TEST(UsageTest, ARowHasTheDifferenceOfTwoMoments) {
  Usage opened, closed;
  opened = {.cpu_s = 1,
            .user_ticks = 10,
            .sys_ticks = 20,
            .voluntary = 5,
            .involuntary = 6,
            .minor_faults = 7,
            .steal_ticks = 100,
            .all_ticks = 1000,
            .migrations = 3,
            .stalled_us = 1000,
            .throttled_us = 8};
  closed = {.cpu_s = 1.5,
            .user_ticks = 13,
            .sys_ticks = 21,
            .voluntary = 15,
            .involuntary = 8,
            .minor_faults = 10,
            .steal_ticks = 110,
            .all_ticks = 1100,
            .migrations = 7,
            .stalled_us = 51'000,
            .mhz = 2400,
            .throttled_us = 28};
  Json row = {{"window_s", 0.5}};
  add_usage(row, opened, closed, 1000);
  EXPECT_DOUBLE_EQ(row["cpu_user_s"], 0.375);
  EXPECT_DOUBLE_EQ(row["cpu_sys_s"], 0.125);
  EXPECT_DOUBLE_EQ(row["cpu_ns_per_op"], 500'000);
  EXPECT_EQ(row["ctx_vol"], 10);
  EXPECT_EQ(row["ctx_invol"], 2);
  EXPECT_EQ(row["minflt"], 3);
  EXPECT_DOUBLE_EQ(row["steal_frac"], 0.1);
  EXPECT_EQ(row["throttled_us"], 20);
  EXPECT_EQ(row["migrations"], 4);
  EXPECT_DOUBLE_EQ(row["psi_cpu_some"], 10);
  EXPECT_EQ(row["freq_mhz"], 2400);
  EXPECT_GT(row["maxrss_bytes"], 0);
}

TEST(UsageTest, WithoutAnOperationNoneHasAPrice) {
  Json row;
  add_usage(row, {}, {.cpu_s = 1}, 0);
  EXPECT_FALSE(row.contains("cpu_ns_per_op"));
}

TEST(UsageTest, WhatIsNotKnownIsLeftOut) {
  Json row;
  add_usage(row, {.cpu_s = 1, .complete = false}, {.cpu_s = 2, .complete = true}, 10);
  for (const char* column :
       {"cpu_user_s", "cpu_sys_s", "cpu_ns_per_op", "ctx_vol", "ctx_invol", "minflt", "migrations",
        "psi_cpu_some", "freq_mhz", "steal_frac", "throttled_us"}) {
    EXPECT_FALSE(row.contains(column)) << column;
  }
  add_usage(row, {.throttled_us = 3}, {}, 10);
  EXPECT_FALSE(row.contains("throttled_us"));
  EXPECT_TRUE(row.contains("cpu_user_s"));
}

// A party that ends in a window takes its counts with it.
TEST(UsageTest, NothingIsEverNegative) {
  Json row;
  add_usage(row, {.cpu_s = 2, .voluntary = 9, .involuntary = 9, .minor_faults = 9}, {.cpu_s = 1},
            1);
  for (const char* column :
       {"cpu_user_s", "cpu_sys_s", "cpu_ns_per_op", "ctx_vol", "ctx_invol", "minflt"}) {
    EXPECT_EQ(row[column], 0) << column;
  }
}

TEST(UsageTest, TimeIsWrittenInUtcToTheMillisecond) {
  EXPECT_EQ(utc_text(std::chrono::system_clock::time_point(1'700'000'000'042ms)),
            "2023-11-14T22:13:20.042Z");
  EXPECT_EQ(utc_text(std::chrono::system_clock::time_point(0ms)), "1970-01-01T00:00:00.000Z");
}

}  // namespace
}  // namespace harness
