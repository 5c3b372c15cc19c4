// A comparison of thousands of cases keeps to what GitHub takes, and says first what matters most.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "harness/judge/reports/annotations.h"
#include "harness/judge/reports/comparison_markdown.h"

namespace harness::testing {
namespace {

constexpr int kCases = 5'000;

ComparedRow row_of(int number, Verdict verdict, double effect) {
  ComparedRow row{.name = "scenario/contender:a_long_name/number:" + std::to_string(number)};
  row.judgement.verdict = verdict;
  row.judgement.effect = effect;
  row.judgement.delta = 0.05;
  row.judgement.interval = Interval{effect - 0.01, effect + 0.01};
  return row;
}

// Worse and better by turns, the last ones most.
Compared long_comparison() {
  Compared compared{.a = "old", .b = "new", .warnings = {"the machine is busy"}};
  for (int i = 0; i < kCases; ++i) {
    const double effect = 0.1 + 1e-4 * i;
    compared.rows.push_back(i % 2 == 0 ? row_of(i, Verdict::kWorse, effect)
                                       : row_of(i, Verdict::kBetter, -effect));
  }
  return compared;
}

std::vector<std::string> lines_of(const std::string& text, const std::string& beginning) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with(beginning)) lines.push_back(line);
  }
  return lines;
}

TEST(LongComparisonTest, ATableThatIsTooLongEndsWithAWholeRowAndSaysHowManyAreLeftOut) {
  constexpr std::size_t kMost = 100'000;
  const auto whole = markdown_of(long_comparison());
  const auto text = markdown_within(kMost, {long_comparison()}, "the log has them");
  ASSERT_GT(whole.size(), 2 * kMost);
  EXPECT_LE(text.size(), kMost);
  EXPECT_GT(text.size(), kMost - 1'000);
  const auto rows = lines_of(text, "| worse |").size() + lines_of(text, "| better |").size();
  EXPECT_TRUE(text.ends_with(" |\n\n" + std::to_string(kCases - rows) +
                             " more rows left out, since there is no room: the log has them\n"))
      << text.substr(text.size() - 300);
  EXPECT_EQ(whole.substr(0, text.rfind("\n\n")), text.substr(0, text.rfind("\n\n")));
}

TEST(LongComparisonTest, ATableThatJustFitsIsNotCut) {
  const auto whole = markdown_of(long_comparison());
  EXPECT_EQ(markdown_within(whole.size() + 100, {long_comparison()}, "x"), whole);
}

TEST(LongComparisonTest, EachOfSeveralComparisonsHasItsResultWhateverIsCut) {
  const auto text = markdown_within(10'000, {long_comparison(), long_comparison()}, "x");
  EXPECT_LE(text.size(), 10'000u);
  EXPECT_EQ(lines_of(text, "## new against old: 2500 worse, 2500 better").size(), 2u);
  EXPECT_EQ(lines_of(text, "5000 more rows left out").size(), 1u);
}

TEST(LongComparisonTest, TheLargestChangeIsTheFirstAnnotationOfItsKind) {
  const auto text = annotations_of({long_comparison()});
  EXPECT_EQ(lines_of(text, "::").size(), kCases + 2u);  // the result, the warning and each row
  EXPECT_EQ(lines_of(text, "::error")
                .front()
                .find("::error title=worse::scenario/contender:"
                      "a_long_name/number:4998 rate worse by +"),
            0u);
  const auto notices = lines_of(text, "::notice");
  EXPECT_EQ(notices[0],
            "::notice title=bench-all::new against old: 2500 worse, 2500 better; GitHub shows ten "
            "of a kind, the log of this step has all");
  EXPECT_NE(notices[1].find("number:4999 rate better by "), std::string::npos);
}

TEST(LongComparisonTest, WhatCouldNotBeComparedIsAnErrorAfterWhatIsWorse) {
  auto compared = long_comparison();
  compared.rows.insert(compared.rows.begin(), row_of(kCases, Verdict::kIncomparable, 0));
  compared.rows.front().note = "B does not have it";
  const auto errors = lines_of(annotations_of({compared}), "::error");
  EXPECT_TRUE(errors.front().starts_with("::error title=worse::")) << errors.front();
  EXPECT_NE(errors.back().find("title=incomparable::"), std::string::npos) << errors.back();
  EXPECT_NE(errors.back().find("number:5000 rate: B does not have it"), std::string::npos);
}

TEST(LongComparisonTest, ARowOfSeveralComparisonsSaysOfWhichItIs) {
  Compared one{.a = "old", .b = "new", .rows = {row_of(1, Verdict::kWorse, 0.1)}}, other = one;
  other.b = "newest";
  const auto errors = lines_of(annotations_of({one, other}), "::error");
  EXPECT_TRUE(errors.at(0).ends_with(" [new against old]")) << errors[0];
  EXPECT_TRUE(errors.at(1).ends_with(" [newest against old]")) << errors[1];
}

}  // namespace
}  // namespace harness::testing
