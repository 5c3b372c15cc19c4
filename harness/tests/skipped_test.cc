// Cases that both sides skip: they are named with their reasons, and say nothing of the change.
#include "harness/judge/skipped.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/judge/gate.h"
#include "harness/judge/sample.h"
#include "harness/tests/stored_runs.h"

namespace harness::testing {
namespace {

StoredRun skipping(const std::string& why) {
  StoredRun run = run_of(kBase);
  run.cases["b/x"];
  run.failures["b/x"] = "launch 1: skipped: " + why;
  run.skipped["b/x"] = why;
  return run;
}

TEST(SkippedTest, WhatBothRunsSkipIsNamedAndLeftOut) {
  const auto compared = compare_runs(skipping("no x"), skipping("no x"), {});
  EXPECT_EQ(compared.rows.size(), 1u);
  EXPECT_EQ(compared.warnings.back(), "1 case left out, since both runs skip it (no x): b/x");
  EXPECT_EQ(code_of(compared), kOk);
  EXPECT_EQ(compare_runs(skipping("no x"), skipping("no y"), {}).warnings.back(),
            "1 case left out, since both runs skip it (A: no x; B: no y): b/x");
  StoredRun failing = skipping("no x");
  failing.skipped.clear();
  EXPECT_EQ(code_of(compare_runs(skipping("no x"), failing, {})), kIncomparable);
}

TEST(SkippedTest, CasesThatAreSkippedAreNamedByTheirReasons) {
  EXPECT_EQ(skip_warnings({{"a", "no x"}, {"b", "no y"}, {"c", "no x"}}, "both builds"),
            (std::vector<std::string>{"2 cases left out, since both builds skip them (no x): a; c",
                                      "1 case left out, since both builds skip it (no y): b"}));
  SkippedCases many;
  for (const char* each : {"1", "2", "3", "4", "5", "6", "7"}) many[each] = each;
  const auto warnings = skip_warnings(many, "both builds");
  ASSERT_EQ(warnings.size(), 6u);
  EXPECT_EQ(warnings.back(),
            "2 cases left out, since both builds skip them (2 more reasons): 6; 7");
}

TEST(SkippedTest, ALaunchIsSkippedIfItsFirstRowGivesAReason) {
  const Json skipped = {{"status", "skipped"}, {"error", "no x"}},
             failed = {{"status", "failed"}, {"error", "no x"}}, ok = {{"status", "ok"}},
             unexplained = {{"status", "skipped"}};
  const auto reason_of = [](const std::vector<Json>& rows) { return launched_of(rows).skipped; };
  EXPECT_EQ(reason_of({skipped, skipped}), "no x");
  EXPECT_EQ(reason_of({ok, skipped}), "");
  EXPECT_EQ(reason_of({unexplained, skipped}), "");
  EXPECT_EQ(reason_of({failed, skipped}), "");
  const std::vector<Json> alone(1, skipped);
  EXPECT_EQ(launched_of(alone).failure, "skipped: no x");
}

}  // namespace
}  // namespace harness::testing
