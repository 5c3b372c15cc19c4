#include "harness/plan/plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/base/errors.h"
#include "harness/plan/conflict.h"
#include "harness/tests/fixtures.h"
#include "harness/tests/support.h"

namespace harness::testing {
namespace {

using Names = std::vector<std::string>;

void nothing(Run&) {}

// Shares the axis `place` with `counting`, and differs in its words.
const Scenario elsewhere{
    .name = "elsewhere",
    .question = "And what of another scenario?",
    .family = "fixture",
    .parameters =
        {{"place", "placement", {"moon", "here"}, "changes nothing"},
         {"python", "interpreter", {"none"}, "the interpreter", Parameter::Kind::kInterpreter}},
    .run = nothing,
};

// Two axes name the contender; one that is part of the question is always tried whole.
const Scenario crowd{
    .name = "crowd",
    .question = "Do more of them do more?",
    .family = "fixture",
    .parameters = {{"who", "impl", {"steady", "rare"}, "who", Parameter::Kind::kContender},
                   {"many", "parties", {1, 2}, "how many", Parameter::Kind::kContender},
                   {"way", "mode", {"walk", "run"}, "how they go", Parameter::Kind::kWhole},
                   {"size", "msg_bytes", {8, 64}, "changes nothing"}},
    .run = nothing,
};

std::vector<Case> selected(const Selection& selection) {
  return select({&counting, &elsewhere}, selection);
}

Names names(const Selection& selection) {
  Names all;
  for (const auto& each : selected(selection)) all.push_back(each.name);
  return all;
}

std::string refusal(const Selection& selection) {
  return message_of<BadUsage>([&] { selected(selection); });
}

TEST(PlanTest, WithoutAWishEveryOfferedPointIsACaseInTheScenariosOrder) {
  EXPECT_EQ(
      names({.filters = {"counting"}}),
      (Names{"counting/who:steady/size:8/place:here", "counting/who:steady/size:8/place:there",
             "counting/who:steady/size:64/place:here", "counting/who:steady/size:1024/place:here",
             "counting/who:rare/size:8/place:here", "counting/who:rare/size:8/place:there",
             "counting/who:rare/size:64/place:here", "counting/who:rare/size:1024/place:here"}));
}

TEST(PlanTest, AFilterFindsPartOfACasesName) {
  EXPECT_EQ(names({.filters = {"who:rare/size:(8|64)/place:here"}}).size(), 2u);
  EXPECT_EQ(names({.filters = {"size:64", "moon"}}).size(), 3u);
  EXPECT_EQ(
      names({.filters = {"counting"}, .excludes = {"steady", "size:8"}}),
      (Names{"counting/who:rare/size:64/place:here", "counting/who:rare/size:1024/place:here"}));
}

TEST(PlanTest, AnAxisOfIntegersTakesAnyAndAnAxisOfWordsItsOwn) {
  EXPECT_EQ(
      names({.filters = {"counting"}, .axes = {{"size", "1k,7"}, {"who", "rare"}}}),
      (Names{"counting/who:rare/size:1024/place:here", "counting/who:rare/size:7/place:here"}));
}

TEST(PlanTest, AValueThatIsNamedTwiceIsMeasuredOnce) {
  EXPECT_EQ(names({.filters = {"counting"}, .axes = {{"size", "64,64,64"}, {"who", "rare,rare"}}}),
            Names{"counting/who:rare/size:64/place:here"});
}

TEST(PlanTest, AWordThatOnlyAnotherScenarioKnowsLeavesThisOneOut) {
  EXPECT_EQ(names({.axes = {{"place", "moon"}}}), Names{"elsewhere/place:moon"});
}

TEST(PlanTest, TheSmokeProfileTriesAllContendersAtTheFirstOfEverythingElse) {
  EXPECT_EQ(names({.smoke = true}),
            (Names{"counting/who:steady/size:8/place:here", "counting/who:rare/size:8/place:here",
                   "elsewhere/place:moon"}));
}

TEST(PlanTest, EachInterpreterIsACaseBesideNone) {
  EXPECT_EQ(names({.filters = {"elsewhere/place:moon"}, .interpreters = {"3.11.2", "3.13.0"}}),
            (Names{"elsewhere/place:moon", "elsewhere/place:moon/python:3.11.2",
                   "elsewhere/place:moon/python:3.13.0"}));
}

TEST(PlanTest, PythonIsOnlySearchedForWhereACaseMayRunIt) {
  const auto may = [](const Selection& selection) {
    return may_run_python({&counting, &elsewhere}, selection);
  };
  EXPECT_TRUE(may({}));
  EXPECT_FALSE(may({.filters = {"counting"}}));
  EXPECT_FALSE(may({.filters = {"^elsewhere/place:moon$"}}));
  EXPECT_TRUE(may({.filters = {"python:3.11.2"}}));  // of which nothing is known yet
  EXPECT_TRUE(may({.filters = {"elsewhere"}}));
}

TEST(PlanTest, ContendersThatAnswerTheSameShareAQuestion) {
  std::set<std::string> questions;
  for (const auto& each : selected({.filters = {"place:here"}, .interpreters = {"3.11.2"}})) {
    questions.insert(each.question);
  }
  EXPECT_EQ(questions,
            (std::set<std::string>{"counting/size:8/place:here", "counting/size:64/place:here",
                                   "counting/size:1024/place:here", "elsewhere/place:here"}));
}

TEST(PlanTest, AllContendersAnswerOneQuestionAndAnAxisThatIsTriedWholeAsksMore) {
  const auto smoke = select({&crowd}, {.smoke = true});
  EXPECT_EQ(smoke.size(), 8u);
  std::map<std::string, int> answers;
  for (const auto& each : smoke) ++answers[each.question];
  EXPECT_EQ(answers, (std::map<std::string, int>{{"crowd/way:walk/size:8", 4},
                                                 {"crowd/way:run/size:8", 4}}));
}

TEST(PlanTest, TheScenarioSaysWhichCasesAreDecisive) {
  Names decisive;
  for (const auto& each : selected({})) {
    if (each.decisive()) decisive.push_back(each.name);
  }
  EXPECT_EQ(decisive, (Names{"counting/who:steady/size:8/place:here",
                             "counting/who:steady/size:8/place:there"}));
}

// As that of contenders is in a program that links none.
TEST(PlanTest, AScenarioWithAnAxisWithoutValuesHasNoCase) {
  Scenario bare = counting;
  bare.name = "bare";
  for (std::size_t axis = 0; axis < bare.parameters.size(); ++axis) {
    Scenario without = bare;
    without.parameters[axis].sweep.clear();
    for (const bool smoke : {false, true}) {
      EXPECT_EQ(select({&counting, &without}, {.smoke = smoke}).size(),
                select({&counting}, {.smoke = smoke}).size());
    }
    EXPECT_EQ(message_of<BadUsage>([&] { select({&without}, {}); }),
              "no case is left by these filters; `bench-all list` shows all");
  }
}

TEST(PlanTest, AWordThatStandsBesideAnEmptySweepIsTaken) {
  Scenario bare = counting;
  bare.parameters[2].sweep.clear();
  bare.parameters[2].more = {std::string("here")};
  EXPECT_EQ(select({&bare}, {.axes = {{"place", "here"}, {"size", "8"}}}).size(), 2u);
}

TEST(PlanTest, WhatIsNotThereIsNamedWithWhatIs) {
  EXPECT_EQ(refusal({.filters = {"sleeping"}}),
            "no case matches 'sleeping'; the scenarios are: counting elsewhere"
            "; for the commands see bench-all --help");
  EXPECT_EQ(refusal({.axes = {{"who", "steady,nobody"}}}),
            "--who: there is no 'nobody'; choose from: steady rare");
  EXPECT_EQ(refusal({.axes = {{"place", "mars"}}}),
            "--place: there is no 'mars'; choose from: here there moon");
  EXPECT_EQ(refusal({.axes = {{"size", "banana"}}}).rfind("--size: 'banana' is not a whole", 0),
            0u);
}

TEST(PlanTest, AnAxisThatNothingLeftHasIsNotIgnored) {
  EXPECT_EQ(refusal({.filters = {"elsewhere"}, .axes = {{"size", "64"}}}),
            "--size: none of the scenarios that are left has it; it belongs to: counting");
  EXPECT_EQ(names({.axes = {{"size", "64"}, {"who", "rare"}}}).size(), 3u);
}

TEST(PlanTest, FiltersThatLeaveNothingSaySo) {
  EXPECT_EQ(
      refusal({.filters = {"counting", "elsewhere/size:9"}}),
      "no case matches 'elsewhere/size:9'; the scenarios are: counting elsewhere; for the commands "
      "see bench-all --help");
  EXPECT_EQ(refusal({.excludes = {".*"}}),
            "no case is left by these filters; `bench-all list` shows all");
}

TEST(PlanTest, WishesThatExcludeEachOtherAreNamed) {
  const std::string remedy = "; leave one of them out, or see `bench-all list`";
  EXPECT_EQ(refusal({.filters = {"counting"}, .axes = {{"place", "moon"}}}),
            "no case has both 'counting' and --place moon" + remedy);
  // Places but "here" are offered with one size only.
  const Axes both = {{"place", "there"}, {"size", "64"}};
  EXPECT_EQ(refusal({.filters = {"counting"}, .axes = both}),
            "no case that matches 'counting' has both --place there and --size 64" + remedy);
  EXPECT_EQ(refusal({.axes = both}), "no case has both --place there and --size 64" + remedy);
  EXPECT_EQ(refusal({.filters = {"counting/place:moon"}}),
            "no case has both 'counting' and 'place:moon'" + remedy);
  EXPECT_EQ(refusal({.filters = {"counting/place:here/size:8"}}),
            "no case matches 'counting/place:here/size:8', whose parts stand in "
            "counting/who:steady/size:8/place:here in another order, or with others between them" +
                remedy);
}

TEST(PlanTest, AnExclusionThatLeavesNothingOutIsRefused) {
  const std::string remedy = " leaves nothing out; `bench-all list` shows the cases";
  EXPECT_EQ(refusal({.excludes = {"nonsense"}}), "--exclude: 'nonsense'" + remedy);
  EXPECT_EQ(refusal({.excludes = {"steady", "nonsense"}}), "--exclude: 'nonsense'" + remedy);
  EXPECT_EQ(refusal({.filters = {"elsewhere"}, .excludes = {"counting"}}),
            "--exclude: 'counting'" + remedy);
}

TEST(PlanTest, InterpretersThatNoCaseWouldUseAreRefused) {
  const Selection named{
      .filters = {"counting"}, .interpreters = {"3.11.2"}, .interpreters_named = true};
  EXPECT_EQ(refusal(named), "--python: none of the scenarios that are left runs Python");
  EXPECT_EQ(names({.filters = {"counting"}, .interpreters = {"3.11.2"}}).size(), 8u);
}

// A million points would take the memory, and then the week.
TEST(PlanTest, MoreCasesThanCanBeMeasuredAreRefused) {
  Scenario large = counting;
  large.parameters.push_back({"depth", "queue_depth", {1}, "changes nothing"});
  const auto select_large = [&] {
    select({&large}, {.axes = {{"size", "1:1000:+1"}, {"depth", "1:1000:+1"}}});
  };
  EXPECT_EQ(message_of<BadUsage>(select_large),
            "--depth: counting would have more than 100000 cases; name fewer values");
}

}  // namespace
}  // namespace harness::testing
