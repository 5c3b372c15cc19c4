// What the registered stress tests declare, and that gilfree passes each of them once.
#include <algorithm>
#include <set>
#include <string>

#include "scenarios/tests/stress/checked.h"

namespace scenarios::testing {
namespace {

// Outcomes that the engine records by itself, of every test.
bool is_of_the_engine(const std::string& outcome) {
  for (const char* word : {"hang", "crash", "exception", "leak", "starved"}) {
    if (outcome == word || outcome.starts_with(std::string(word) + ":")) return true;
  }
  return false;
}

TEST(Declarations, ATestHasTheNameOfItsPropertyItsContenderAndItsScope) {
  for (const stress::Test* test : all_stress_tests()) {
    EXPECT_NE(test->name.find("/contender:"), std::string::npos) << test->name;
    EXPECT_TRUE(test->name.ends_with("/scope:threads") || test->name.ends_with("/scope:processes"))
        << test->name;
    EXPECT_EQ(test->promise.back(), '.') << test->name;
  }
}

TEST(Declarations, AnOutcomeIsDeclaredOnceWithAReason) {
  for (const stress::Test* test : all_stress_tests()) {
    Texts outcomes;
    bool any_acceptable = false;
    for (const auto& each : test->outcomes) {
      EXPECT_TRUE(outcomes.insert(each.result).second) << test->name << ": " << each.result;
      EXPECT_FALSE(each.why.empty()) << test->name << ": " << each.result;
      any_acceptable = any_acceptable || each.expect == stress::Expect::kAcceptable;
    }
    EXPECT_TRUE(any_acceptable) << test->name;
  }
}

TEST(Declarations, NoTestOfOursAllowsAHangACrashAnExceptionOrALeak) {
  for (const stress::Test* test : all_stress_tests()) {
    for (const auto& each : test->outcomes) {
      if (test->is_peer) continue;
      EXPECT_FALSE(is_of_the_engine(each.result)) << test->name << ": " << each.result;
    }
  }
}

TEST(Declarations, LimitsCanBeMet) {
  for (const stress::Test* test : all_stress_tests()) {
    const auto& limits = test->limits;
    EXPECT_GE(limits.least_actors, 1) << test->name;
    EXPECT_LE(limits.least_actors, limits.most_actors) << test->name;
    EXPECT_LE(limits.most_actors, stress::kMostActors) << test->name;
    EXPECT_GE(limits.most_operations, 1) << test->name;
    EXPECT_TRUE(!limits.kills || limits.across_processes) << test->name;
  }
}

TEST(Declarations, OursComeFirstAndEachNameIsThereOnce) {
  const auto& all = all_stress_tests();
  EXPECT_TRUE(
      std::is_partitioned(all.begin(), all.end(), [](auto* each) { return !each->is_peer; }));
  Texts names;
  for (const stress::Test* test : all) EXPECT_TRUE(names.insert(test->name).second) << test->name;
  EXPECT_GT(names.size(), 60U);
}

TEST(Declarations, EachTestOfOursPassesAndSeesSomethingWithFewActorsAndWithMany) {
  for (const stress::Test* test : all_stress_tests()) {
    if (test->is_peer) continue;
    for (const int actors : {test->limits.least_actors, test->limits.most_actors}) {
      const int operations = std::min(2, test->limits.most_operations);
      const auto seen = stress::attempt(*test, {.actors = actors, .operations = operations}, 1,
                                        std::chrono::seconds(10));
      EXPECT_EQ(seen.end, stress::Attempt::End::kEnded) << test->name << "\n" << seen.report;
      EXPECT_FALSE(seen.outcomes.empty()) << test->name;
      for (const auto& [outcome, samples] : seen.outcomes) {
        EXPECT_NE(stress::expectation_of(*test, outcome).expect, stress::Expect::kForbidden)
            << test->name << ": " << outcome;
      }
    }
  }
}

}  // namespace
}  // namespace scenarios::testing
