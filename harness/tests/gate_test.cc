// What ends the commands, row by row and as a whole, and that every format says the same.
#include "harness/judge/gate.h"

#include <gtest/gtest.h>

#include <iterator>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/judge/reports/comparison_report.h"
#include "harness/judge/verdict.h"
#include "harness/tests/stored_runs.h"

namespace harness::testing {
namespace {

struct Ending {
  const char* about;
  Verdict verdict;
  Doubt doubt;
  bool confirmed, paired, is_missing_guard, strict;
  ExitCode code;
  const char* element;  // of JUnit
  const char* kind;     // of GitHub
};

constexpr Verdict kLost = Verdict::kIncomparable, kOpen = Verdict::kUndecided;

const Ending kEndings[] = {
    {"confirmed", Verdict::kWorse, Doubt::kNone, true, true, false, false, kWorse, "failure",
     "error"},
    {"of stored runs", Verdict::kWorse, Doubt::kNone, false, false, false, false, kWorse, "failure",
     "error"},
    {"not yet confirmed", Verdict::kWorse, Doubt::kNone, false, true, false, false, kIncomparable,
     "error", "error"},
    {"unconfirmed", kOpen, Doubt::kUnconfirmed, false, true, false, false, kIncomparable, "error",
     "error"},
    {"too few rounds", kOpen, Doubt::kTooFew, false, true, false, false, kIncomparable, "error",
     "error"},
    {"chance", kOpen, Doubt::kChance, false, true, false, false, kOk, "skipped", "notice"},
    {"not in fresh rounds", kOpen, Doubt::kFreshRounds, false, true, false, false, kOk, "skipped",
     "notice"},
    {"undecided, strict", kOpen, Doubt::kNone, false, true, false, true, kIncomparable, "error",
     "error"},
    {"lost", kLost, Doubt::kNone, false, true, false, false, kIncomparable, "error", "error"},
    {"lost guard", kLost, Doubt::kNone, false, true, true, false, kOk, "skipped", "warning"},
    {"lost guard, strict", kLost, Doubt::kNone, false, true, true, true, kIncomparable, "error",
     "error"},
    {"better", Verdict::kBetter, Doubt::kNone, false, true, false, true, kOk, "", "notice"},
    {"same", Verdict::kSame, Doubt::kNone, false, true, false, true, kOk, "", ""},
};

// Beside a row that is the same, so that something was judged.
Compared ending_with(const Ending& ending) {
  ComparedRow same{.name = "same"}, row{.name = "a/x"};
  same.judgement = {.verdict = Verdict::kSame, .interval = Interval{0, 0}};
  row.judgement = {.verdict = ending.verdict,
                   .interval = Interval{0.2, 0.3},
                   .doubt = ending.doubt,
                   .confirmed = ending.confirmed};
  row.is_missing_guard = ending.is_missing_guard;
  Compared compared{.paired = ending.paired, .rows = {same, row}};
  compared.strict = ending.strict;
  return compared;
}

TEST(GateTest, EachFormatSaysOfARowWhatTheExitCodeSays) {
  for (const auto& ending : kEndings) {
    SCOPED_TRACE(ending.about);
    const auto compared = ending_with(ending);
    EXPECT_EQ(code_of_row(compared.rows[1], compared), ending.code);
    EXPECT_EQ(code_of(compared), ending.code);
    const auto json = Json::parse(formatted({compared}, Format::kJson));
    EXPECT_EQ(json[0]["exit_code"], static_cast<int>(ending.code));
    const auto junit = formatted({compared}, Format::kJunit);
    for (const auto* name : {"failure", "error", "skipped"}) {
      const std::string element = name;
      const bool is_said = junit.find("<" + element + " message=") != std::string::npos;
      EXPECT_EQ(is_said, element == ending.element) << element << junit;
    }
    const auto github = formatted({compared}, Format::kGithub);
    const std::string line = "\n::" + std::string(ending.kind) +
                             " title=" + std::string(name_of(ending.verdict)) + "::a/x rate";
    EXPECT_EQ(github.find(line) != std::string::npos, *ending.kind != '\0') << github;
  }
}

TEST(GateTest, TheGravestOfSeveralComparisonsCounts) {
  const auto worse = ending_with(kEndings[0]), unconfirmed = ending_with(kEndings[3]),
             better = ending_with(kEndings[11]);
  EXPECT_EQ(code_of({better, unconfirmed, worse, better}), kWorse);
  EXPECT_EQ(code_of({better, unconfirmed, better}), kIncomparable);
  EXPECT_EQ(code_of({better}), kOk);
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(GateTest, ThatNothingWasJudgedIsAnErrorOfTheComparisonAsAWholeWithItsReason) {
  StoredRun few = run_of({100});
  few.name = "few";
  const auto judged = compare_runs(run_of(kBase), run_of(times(1.01)), {});
  const auto none = compare_runs(run_of(kBase), few, {});
  EXPECT_EQ(code_of({judged, none}), kIncomparable);
  const std::string reason =
      "nothing was judged: few has fewer than five launches of each case; measure with "
      "--launches 6";
  const auto junit = formatted({judged, none}, Format::kJunit);
  EXPECT_TRUE(says(junit, "name=\"run against run\" tests=\"1\" failures=\"0\" errors=\"0\""))
      << junit;
  EXPECT_TRUE(says(junit, "tests=\"2\" failures=\"0\" errors=\"1\" skipped=\"1\"")) << junit;
  EXPECT_TRUE(says(junit,
                   "<testcase classname=\"bench-all\" name=\"the comparison as a whole\">"
                   "<error message=\"" +
                       reason + "\"/></testcase>"))
      << junit;
  EXPECT_TRUE(says(junit, "\nwarning: " + reason + "\n</system-out></testsuite>")) << junit;
  const auto github = formatted({judged, none}, Format::kGithub);
  EXPECT_TRUE(says(github, "\n::error title=incomparable::the comparison as a whole: " + reason +
                               " [few against run]\n"))
      << github;
}

TEST(GateTest, WhatWasInterruptedIsAnErrorOfTheWholeThoughAllThatIsThereIsTheSame) {
  Compared compared = ending_with(*std::prev(std::end(kEndings)));
  compared.was_interrupted = true;
  compared.warnings.push_back("interrupted; the same command with --resume goes on");
  EXPECT_EQ(fault_of_whole(compared), compared.warnings.back());
  EXPECT_TRUE(says(formatted({compared}, Format::kJunit), "errors=\"1\""));
}

TEST(GateTest, AComparisonWithoutRowsHasJudgedNothing) {
  EXPECT_EQ(code_of(Compared{}), kIncomparable);
  EXPECT_TRUE(
      says(formatted({Compared{}}, Format::kJunit), "tests=\"1\" failures=\"0\" errors=\"1\""));
}

// Seven rounds do not tell a change of one of 100 comparisons from chance.
TEST(GateTest, OnlyWhatEachRoundCallsWorseByDeltaOrMoreLacksNothingButRounds) {
  const auto doubt_of = [](const std::vector<double>& differences) {
    std::vector<Judgement> rows(100, judge({-0.03, -0.02, -0.01, 0, 0.01, 0.02, 0.03}, 0.05));
    rows.front() = judge(differences, 0.05);
    std::vector<Judgement*> all;
    for (auto& row : rows) all.push_back(&row);
    control_false_discoveries(all, rounds_that_discover(all.size()));
    EXPECT_EQ(rows.front().verdict, Verdict::kUndecided);
    return rows.front().doubt;
  };
  EXPECT_EQ(doubt_of({0.50, 0.51, 0.52, 0.53, 0.54, 0.55, 0.56}), Doubt::kTooFew);
  EXPECT_EQ(doubt_of({0.06, 0.31, 0.09, 0.45, 0.12, 0.22, 0.07}), Doubt::kChance)
      << "some of 100 comparisons do that by chance";
  EXPECT_EQ(doubt_of({0.04, 0.05, 0.06, 0.06, 0.07, 0.08, 0.09}), Doubt::kChance)
      << "it may be less than delta";
  EXPECT_EQ(doubt_of({-0.50, -0.51, -0.52, -0.53, -0.54, -0.55, -0.56}), Doubt::kChance)
      << "it is better";
  EXPECT_EQ(doubt_of({-0.5, 0.50, 0.51, 0.52, 0.53, 0.54, 0.55, 0.56, 0.57, 0.58}), Doubt::kChance)
      << "a round contradicts";
}

// Stored runs lie apart: the machine, or chance, makes one of many metrics look so.
TEST(GateTest, WhatIsWorseInTooFewLaunchesOfAStoredRunIsWarnedOfAndEndsWith0) {
  StoredRun a = run_of({}), b = run_of({});
  a.cases.clear(), b.cases.clear();
  for (int number = 0; number < 24; ++number) {
    const std::string name = "a/x:" + std::to_string(number);
    a.cases[name][Metric::kRate] = {100, 101, 99, 100.5, 99.5};
    b.cases[name] = a.cases[name];
  }
  b.cases["a/x:7"][Metric::kRate] = {50, 50.5, 49.5, 50.2, 49.8};
  const auto compared = compare_runs(a, b, {});
  EXPECT_EQ(code_of(compared), kOk);
  EXPECT_EQ(compared.warnings.back(),
            "of 24 metrics a change of one alone can be told from chance by 7 launches a side, not "
            "by 5: run --launches 7");
  EXPECT_TRUE(
      says(formatted({compared}, Format::kTable), "chance may explain it among so many metrics"));
}

}  // namespace
}  // namespace harness::testing
