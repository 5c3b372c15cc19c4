// The reports of a comparison: the same rows as a table, Markdown, JSON, JUnit and GitHub's annotations.
#include "harness/judge/reports/comparison_report.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/judge/one_sided.h"
#include "harness/judge/reports/comparison_cells.h"
#include "harness/tests/stored_runs.h"

namespace harness::testing {
namespace {

TEST(ComparisonReportTest, ANameKeepsToItsCellOfATable) {
  auto compared = compare_runs(run_of(kBase), run_of(times(0.8)), {});
  compared.rows[0].name = "a\nb|c";
  compared.a = "ru\nn";
  const auto table = formatted({compared}, Format::kTable);
  EXPECT_NE(table.find("against ru?n: "), std::string::npos) << table;
  EXPECT_NE(table.find("\na?b|c\n  worse    rate    +25.0 %"), std::string::npos) << table;
  const auto markdown = formatted({compared}, Format::kMarkdown);
  EXPECT_NE(markdown.find("| worse | a?b&#124;c | rate | +25.0 % |"), std::string::npos)
      << markdown;
}

Compared one_row(Verdict verdict, double effect) {
  ComparedRow row{.name = "a/x"};
  row.judgement = {.verdict = verdict, .effect = effect, .interval = Interval{effect, effect}};
  return {.rows = {row}};
}

// What a failing build says is told to people by their names, and hides or changes what follows, if it is not text.
TEST(ComparisonReportTest, WhatMarkdownTakesForHtmlOrAPersonIsText) {
  auto compared = one_row(Verdict::kIncomparable, 0);
  compared.rows[0].name = "queue<int,foo>";
  compared.rows[0].note = "B failed in launch 3: @octocat <!-- c";
  compared.warnings = {"<b>&lt;"};
  compared.about = {"A: <a>"};
  const auto markdown = formatted({compared}, Format::kMarkdown);
  EXPECT_NE(markdown.find("| queue&lt;int,foo&gt; |"), std::string::npos) << markdown;
  EXPECT_NE(markdown.find("launch 3: @<!-- -->octocat &lt;!-- c |"), std::string::npos) << markdown;
  EXPECT_NE(markdown.find("> &lt;b&gt;&amp;lt;\n\n"), std::string::npos) << markdown;
  EXPECT_NE(markdown.find("\nA: &lt;a&gt;\n"), std::string::npos) << markdown;
}

TEST(ComparisonReportTest, WhatIsNoCharacterOfXmlIsReplaced) {
  auto compared = one_row(Verdict::kIncomparable, 0);
  compared.rows[0].name = "a\xef\xbf\xbf\x01z";
  compared.rows[0].note = "\xef\xbf\xbe\xef\xbf\xbf";
  compared.b = "r\xef\xbf\xbf";
  const auto junit = formatted({compared}, Format::kJunit);
  EXPECT_EQ(junit.find("\xef\xbf\xbe"), std::string::npos) << junit;
  EXPECT_EQ(junit.find("\xef\xbf\xbf"), std::string::npos) << junit;
  EXPECT_NE(junit.find("a\xef\xbf\xbd?z"), std::string::npos) << junit;
}

// The action tells by its beginning that something is worse and was not confirmed.
TEST(ComparisonReportTest, WhyItIsUnconfirmedStandsBeforeTheFloor) {
  ComparedRow row{.name = "a", .floor = 0.1};
  row.note = "worse, but no time was left to confirm it";
  row.judgement = {
      .verdict = Verdict::kUndecided, .interval = Interval{0.2, 0.3}, .doubt = Doubt::kUnconfirmed};
  EXPECT_EQ(next_step(row, true), "worse, but no time was left to confirm it; floor 10.5 %");
}

TEST(ComparisonReportTest, AnIncomparableRowIsAnErrorOfJunitAndOfGithubWithoutANumber) {
  auto compared = one_row(Verdict::kIncomparable, std::log(0.2));
  compared.rows[0].note = "B failed in launch 3";
  const auto junit = formatted({compared}, Format::kJunit);
  EXPECT_NE(junit.find("<error message=\"incomparable B failed in launch 3\"/>"), std::string::npos)
      << junit;
  EXPECT_NE(junit.find("failures=\"0\" errors=\"1\" skipped=\"0\""), std::string::npos) << junit;
  const auto github = formatted({compared}, Format::kGithub);
  EXPECT_NE(github.find("::error title=incomparable::a/x rate: B failed in launch 3\n"),
            std::string::npos)
      << github;
}

TEST(ComparisonReportTest, AnAnnotationOfABetterRowSaysByHowMuchItIsBetter) {
  const auto github = formatted({one_row(Verdict::kBetter, std::log(0.95))}, Format::kGithub);
  EXPECT_NE(github.find("::notice title=better::a/x rate better by 5.0 %25 ("), std::string::npos)
      << github;
}

TEST(ComparisonReportTest, WhatIsNoUtf8IsReplacedInJunit) {
  auto compared = one_row(Verdict::kIncomparable, 0);
  compared.b = "b\xff";
  compared.rows[0].name = "a/\xc3(";
  compared.rows[0].note = "it said \xe2\x82 and \x01";
  const auto junit = formatted({compared}, Format::kJunit);
  for (const auto* said : {"name=\"b\uFFFD against A\"", "classname=\"a/\uFFFD(\"",
                           "incomparable it said \uFFFD and ?\""}) {
    EXPECT_NE(junit.find(said), std::string::npos) << junit;
  }
}

TEST(ComparisonReportTest, WhatTheFloorLeavesUndecidedIsNotCalledNoChange) {
  ComparedRow row{.name = "a", .floor = 0.1, .floor_decided = true};
  row.judgement.interval = Interval{0.05, 0.12};
  row.judgement.rounds = 12, row.judgement.rounds_needed = 20;
  row.judgement.verdict = Verdict::kUndecided;
  EXPECT_EQ(next_step(row, true), "about 20 rounds would decide: --rounds 20; floor 10.5 %");
  row.budget_ended = true;
  EXPECT_EQ(next_step(row, true),
            "about 20 rounds would decide: more time, --resume --time-budget; floor 10.5 %");
  row.judgement.verdict = Verdict::kSame;
  EXPECT_EQ(next_step(row, true), "no change, by the floor 10.5 %");
}

// In a job of GitHub nothing can be resumed, and what is typed are inputs of the action.
TEST(ComparisonReportTest, AdviceThatIsReadInAJobNamesInputsOfTheAction) {
  auto compared = one_row(Verdict::kUndecided, 0.12);
  auto& row = compared.rows[0];
  row.judgement.rounds = 12, row.judgement.rounds_needed = 20;
  compared.reader = Reader::kAction;
  const auto says = [&](const std::string& advice) {
    for (const auto format :
         {Format::kTable, Format::kMarkdown, Format::kJson, Format::kJunit, Format::kGithub}) {
      const auto text = formatted({compared}, format);
      EXPECT_NE(text.find("about 20 rounds would decide: " + advice), std::string::npos) << text;
    }
  };
  says("set the input rounds to 20, and time-budget for them");
  row.budget_ended = true;
  says("more time by the input time-budget, or fewer cases by filter");
  EXPECT_EQ(one_sided_note(Metric::kTailLatency, {.both = 6, .only_a = 6}, Reader::kAction),
            "only A measured it in 6 of 12 rounds; a p99 needs 300 operations that are timed in a "
            "window, which may be longer: --window=1s in the input launch-options");
}

TEST(ComparisonReportTest,
     TheHeadlineCountsUndecidedRowsWhoseWholeIntervalIsAWorseningThatMatters) {
  auto compared = one_row(Verdict::kUndecided, 0.2);
  const auto add = [&](Verdict verdict, Interval interval) {
    ComparedRow row{.name = "b/x"};
    row.judgement = {.verdict = verdict, .interval = interval};
    compared.rows.push_back(row);
  };
  add(Verdict::kUndecided, {0.04, 0.9});
  add(Verdict::kUndecided, {-0.9, -0.2});
  add(Verdict::kWorse, {0.2, 0.3});
  for (auto& row : compared.rows) row.judgement.delta = 0.05;
  EXPECT_EQ(headline_of(compared),
            "B against A: 1 worse, 3 undecided (whole interval above delta: 1)");
  compared.rows.erase(compared.rows.begin());
  EXPECT_EQ(headline_of(compared), "B against A: 1 worse, 2 undecided");
}

TEST(ComparisonReportTest, RowsThatAreTheSameAreCountedInTheLastLineWithWhereTheyAre) {
  auto compared = one_row(Verdict::kWorse, 0.2);
  const auto last_line = [&](Format format) {
    const auto text = formatted({compared}, format);
    return text.substr(text.rfind('\n', text.size() - 2) + 1);
  };
  EXPECT_EQ(last_line(Format::kTable).find("left out"), std::string::npos);
  const auto same = one_row(Verdict::kSame, 0).rows[0];
  compared.rows.push_back(same);
  for (const auto format : {Format::kTable, Format::kMarkdown}) {
    EXPECT_EQ(last_line(format), "1 row that is the same is left out; compare.csv has all\n");
  }
  compared.rows[0] = same;
  compared.reader = Reader::kAction;
  EXPECT_EQ(last_line(Format::kMarkdown),
            "2 rows that are the same are left out; compare.csv in the folder of the input out has "
            "all\n");
  compared.paired = false;
  EXPECT_EQ(last_line(Format::kTable),
            "2 rows that are the same are left out; `compare --format json` has all\n");
}

TEST(ComparisonReportTest, HugeRatiosAreNumbersInEachFormat) {
  EXPECT_EQ(worsening_text(Metric::kRate, std::log(2)), "+100.0 %");
  EXPECT_EQ(worsening_text(Metric::kRate, std::log(1e12)), "+1e+14 %");
  EXPECT_EQ(worsening_text(Metric::kRate, -std::log(1e12)), "-100.0 %");
  std::vector<double> small(6, 1e-300), large(6, 1e300);
  const auto compared = compare_runs(run_of(large), run_of(small), {});
  EXPECT_NE(formatted({compared}, Format::kTable).find("  +1e+602 %"), std::string::npos)
      << formatted({compared}, Format::kTable);
  const auto row = Json::parse(formatted({compared}, Format::kJson))[0]["rows"][0];
  EXPECT_NEAR(row["worsening"].get<double>(), 600 * std::log(10), 1e-6);
  EXPECT_NEAR(worsening(Metric::kRate, 1e300, 1e-300), 600 * std::log(10), 1e-6);
}

TEST(ComparisonReportTest, EachFormatNamesTheWorseRow) {
  auto compared = compare_runs(run_of(kBase), run_of(times(0.8)), {});
  compared.rows[0].name = "a/x<1>";
  const auto text = [&](Format format) { return formatted({compared}, format); };
  EXPECT_NE(text(Format::kTable).find("\na/x<1>\n  worse    rate    +25.0 %"), std::string::npos)
      << text(Format::kTable);
  EXPECT_NE(text(Format::kMarkdown).find("| worse | a/x&lt;1&gt; | rate | +25.0 % |"),
            std::string::npos);
  EXPECT_EQ(Json::parse(text(Format::kJson))[0]["rows"][0]["verdict"], "worse");
  EXPECT_NE(text(Format::kJunit).find("classname=\"a/x&lt;1&gt;\""), std::string::npos);
  EXPECT_NE(text(Format::kJunit).find("failures=\"1\""), std::string::npos);
  EXPECT_NE(text(Format::kGithub).find("::error title=worse::a/x<1> rate worse by +25.0 %25"),
            std::string::npos)
      << text(Format::kGithub);
}

}  // namespace
}  // namespace harness::testing
