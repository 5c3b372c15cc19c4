#include "harness/plan/leaders.h"

#include <gtest/gtest.h>

#include "harness/base/json.h"
#include "harness/run/showing.h"
#include "harness/tests/fixtures.h"

namespace harness::testing {
namespace {

class LeadersTest : public ::testing::Test {
 protected:
  std::vector<Case> cases = select({&counting}, {});

  std::vector<const Case*> named(std::initializer_list<int> numbers) const {
    std::vector<const Case*> all;
    for (const int number : numbers) all.push_back(&cases.at(number));
    return all;
  }

  std::optional<Showing> shown(const Json& row) const { return showing_of(cases[0], row); }
};

TEST_F(LeadersTest, TheBestOfAllThenTheBestToPickThenTheNextOfEach) {
  EXPECT_EQ(leaders({{.of = &cases[0], .merits = {5}},
                     {.of = &cases[1], .merits = {9}, .is_choice = false},
                     {.of = &cases[2], .merits = {8}, .is_choice = false},
                     {.of = &cases[3], .merits = {7}, .is_choice = false},
                     {.of = &cases[4], .merits = {6}},
                     {.of = &cases[5], .merits = {4}}}),
            named({1, 4, 2, 0}));
  EXPECT_EQ(leaders({{.of = &cases[0], .merits = {5}}, {.of = &cases[1], .merits = {9}}}),
            named({1, 0}));
}

// A pick is compared with the next library, whatever else its own offers.
TEST_F(LeadersTest, TheBestOfAnotherLibraryThanThePicks) {
  EXPECT_EQ(leaders({{.of = &cases[0], .library = "a", .merits = {9}},
                     {.of = &cases[1], .library = "a", .merits = {8}},
                     {.of = &cases[2], .library = "a", .merits = {7}},
                     {.of = &cases[3], .library = "b", .merits = {6}, .is_choice = false},
                     {.of = &cases[4], .library = "b", .merits = {5}},
                     {.of = &cases[5], .library = "c", .merits = {4}}}),
            named({0, 3, 4, 1}));
}

// Three operations have no median: where few have one, all are compared by their rates.
TEST_F(LeadersTest, TheyAreComparedByTheFirstColumnThatNearlyAllHave) {
  EXPECT_EQ(leaders({{.of = &cases[0], .merits = {3, 0, 1}},
                     {.of = &cases[1], .merits = {2, 0, 9}},
                     {.of = &cases[2], .merits = {1, 0, 8}},
                     {.of = &cases[3], .merits = {0, 0, 10}}}),
            named({0, 1}));
  EXPECT_EQ(leaders({{.of = &cases[0], .merits = {3, 0, 1}},
                     {.of = &cases[1], .merits = {0, 0, 9}},
                     {.of = &cases[2], .merits = {0, 0, 8}}}),
            named({1, 2}));
}

TEST_F(LeadersTest, WhereNothingWasShownNothingLeads) {
  EXPECT_EQ(leaders({}), named({}));
  EXPECT_EQ(leaders({{.of = &cases[0]}}), named({}));
}

TEST_F(LeadersTest, ARowSaysWhatItIsComparedBy) {
  const Json numbers = {{"status", "ok"}, {"ops_per_s", 1000}, {"lat_p50_ns", 500.0}};
  Json throughput = numbers, latency = numbers;
  throughput["metric_kind"] = "throughput";
  latency["metric_kind"] = "latency";
  EXPECT_EQ(shown(throughput)->merits, (std::array{1000.0, 1 / 500.0, 0.0}));
  EXPECT_EQ(shown(latency)->merits, (std::array{1 / 500.0, 0.0, 1000.0}));
  EXPECT_EQ(shown({{"status", "failed"}}), std::nullopt);
}

TEST_F(LeadersTest, WhatNothingChecksIsNotToPick) {
  EXPECT_FALSE(shown({{"status", "ok"}, {"warning", "unverified: its payloads"}})->is_choice);
  EXPECT_TRUE(shown({{"status", "ok"}, {"warning", nullptr}})->is_choice);
}

TEST_F(LeadersTest, WhatSpinsOrYieldsIsNotToPick) {
  for (const auto& [wait, is_choice] :
       {std::pair{"spin", false}, {"yield", false}, {"block", true}, {"", true}}) {
    EXPECT_EQ(shown({{"status", "ok"}, {"wait", wait}})->is_choice, is_choice) << wait;
  }
}

// A limit of the machine is compared with, and not picked.
TEST_F(LeadersTest, ALimitIsNotToPick) {
  Scenario limited = counting;
  limited.contenders = {{"steady", "Steady", "limit"}, {"rare", "Rare", "fixture"}};
  for (const auto& each : select({&limited}, {})) {
    EXPECT_EQ(showing_of(each, {{"status", "ok"}})->is_choice, each.contender() == "rare");
  }
}

}  // namespace
}  // namespace harness::testing
