#include "harness/measure/counters.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/json.h"

namespace harness {
namespace {

TEST(CountersTest, ARowHasTheCountsOfItsWindowPerOperation) {
  Json row;
  add_counters(row, {100, 50, std::nullopt}, {1100, 250, std::nullopt}, 10);
  EXPECT_EQ(row, (Json{{"instructions_per_op", 100.0}, {"cycles_per_op", 20.0}}));
}

TEST(CountersTest, WithoutAnOperationOrWithLessThanBeforeThereIsNone) {
  Json row = Json::object();
  add_counters(row, {1, 1, 1}, {2, 2, 2}, 0);
  add_counters(row, {5, 5, 5}, {2, 2, 2}, 10);
  EXPECT_TRUE(row.empty());
}

// Where there are counters, those of a child count; elsewhere the reason is said.
TEST(CountersTest, AChildThatIsStartedLaterIsCountedOrItIsSaidWhyNot) {
  const Counters counters;
  const auto before = counters.read();
  const pid_t child = ::fork();
  if (child == 0) {
    for (int step = 0; step < 10'000'000; ++step) asm volatile("" ::: "memory");
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  const auto after = counters.read();
  if (counters.scope().rfind("not counted: ", 0) == 0) {
    EXPECT_FALSE(after[0] || after[1] || after[2]);
    GTEST_SKIP() << counters.scope();
  }
  if (!after[0]) GTEST_SKIP() << "instructions are not counted here";
  EXPECT_GT(*after[0] - before[0].value_or(0), 10e6);
}

}  // namespace
}  // namespace harness
