// The exit code of a run, and what it says where nothing could run.
#include "harness/run/outcomes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "harness/base/errors.h"
#include "harness/base/json.h"

namespace harness::testing {
namespace {

Outcomes outcomes_of(const std::vector<std::string>& statuses) {
  Outcomes all;
  for (const auto& status : statuses) all.add({{"status", status}});
  return all;
}

TEST(OutcomesTest, TheWorstDecidesTheExitCode) {
  EXPECT_EQ(outcomes_of({"ok", "skipped"}).exit_code(), kOk);
  EXPECT_EQ(outcomes_of({"failed", "ok", "skipped"}).exit_code(), kFailed);
  EXPECT_EQ(outcomes_of({"timeout", "failed", "ok"}).exit_code(), kHung);
}

TEST(OutcomesTest, WhereAllWasSkippedOrNothingWasThereNothingRan) {
  EXPECT_EQ(outcomes_of({"skipped", "skipped"}).exit_code(), kNothingRan);
  EXPECT_EQ(outcomes_of({}).exit_code(), kNothingRan);
}

std::string said_of(int reasons) {
  Outcomes all;
  for (int i = 0; i < reasons; ++i) {
    for (int cases = 0; cases <= i; ++cases) {
      all.add({{"status", "skipped"}, {"error", "reason " + std::to_string(i) + "\nmore of it"}});
    }
  }
  ::testing::internal::CaptureStderr();
  all.say_why_nothing_ran();
  return ::testing::internal::GetCapturedStderr();
}

TEST(OutcomesTest, AReasonIsSaidOnceWithHowManyCasesItHas) {
  EXPECT_EQ(said_of(2),
            "bench-all: 1 case cannot run here: reason 0?more of it\n"
            "bench-all: 2 cases cannot run here: reason 1?more of it\n");
}

TEST(OutcomesTest, FiveReasonsAreSaidAndHowManyMoreThereAre) {
  const auto said = said_of(7);
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 6);
  EXPECT_NE(said.find("bench-all: 2 more reasons: see samples.csv, column error\n"),
            std::string::npos)
      << said;
}

TEST(OutcomesTest, AReasonIsTextWhateverTheRowHas) {
  EXPECT_EQ(Outcomes::reason_of({{"error", "no room"}}), "no room");
  EXPECT_EQ(Outcomes::reason_of({{"error", "no \xff room"}}), "no \uFFFD room");
  EXPECT_EQ(Outcomes::reason_of({{"error", nullptr}}), "no reason given");
  EXPECT_EQ(Outcomes::reason_of({{"status", "skipped"}}), "no reason given");
}

}  // namespace
}  // namespace harness::testing
