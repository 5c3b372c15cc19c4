#include "harness/plan/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/tests/fixtures.h"

namespace harness::testing {
namespace {

using namespace std::chrono_literals;

constexpr int kRounds = 6;
constexpr Seconds kCost = 1s;

class ScheduleTest : public ::testing::Test {
 protected:
  // Who: steady, rare; four questions. Steady is decisive in two of them.
  std::vector<Case> cases = select({&counting}, {});

  Schedule schedule(const Schedule::Rules& rules) const {
    return Schedule(cases, rules, [](const Case&) { return kCost; });
  }

  // Plays a schedule through, each launch taking what `cost` says, and returns all launches.
  std::vector<Launch> played(Schedule schedule, Seconds cost = kCost) const {
    std::vector<Launch> launches;
    Seconds elapsed{};
    while (const auto launch = schedule.next(elapsed)) {
      launches.push_back(*launch);
      schedule.took(*launch->of, cost);
      elapsed += cost;
    }
    return launches;
  }

  // The same, and the first launch of each case shows how fast it is.
  std::map<const Case*, int> played_with(Schedule schedule,
                                         const std::map<std::string, double>& speeds) const {
    std::vector<Launch> launches;
    Seconds elapsed{};
    while (const auto launch = schedule.next(elapsed)) {
      launches.push_back(*launch);
      elapsed += kCost;
      if (launch->round > 1) continue;
      schedule.showed({.of = launch->of, .merits = {speeds.at(launch->of->contender())}});
    }
    return per_case(launches);
  }

  static std::map<const Case*, int> per_case(const std::vector<Launch>& launches) {
    std::map<const Case*, int> count;
    for (const auto& each : launches) ++count[each.of];
    return count;
  }

  static std::vector<std::string> names(const std::vector<Launch>& launches) {
    std::vector<std::string> all;
    for (const auto& each : launches) all.push_back(each.of->name + std::to_string(each.round));
    return all;
  }
};

TEST_F(ScheduleTest, WithoutABudgetEveryCaseIsInEveryRoundOnce) {
  const auto launches = played(schedule({.rounds = kRounds}));
  std::set<std::pair<const Case*, int>> seen;
  for (const auto& each : launches) EXPECT_TRUE(seen.insert({each.of, each.round}).second);
  EXPECT_EQ(seen.size(), cases.size() * kRounds);
}

TEST_F(ScheduleTest, RoundsFollowOneAnother) {
  const auto launches = played(schedule({.rounds = kRounds}));
  EXPECT_TRUE(std::is_sorted(launches.begin(), launches.end(),
                             [](auto& a, auto& b) { return a.round < b.round; }));
}

// A ratio compares neighbours in time.
TEST_F(ScheduleTest, ContendersOfTheSameQuestionRunBackToBack) {
  const auto launches = played(schedule({.rounds = kRounds, .seed = 5}));
  std::size_t changes = 0;
  for (std::size_t i = 1; i < launches.size(); ++i) {
    changes += launches[i].of->question != launches[i - 1].of->question ||
               launches[i].round != launches[i - 1].round;
  }
  EXPECT_EQ(changes, 4u * kRounds - 1);
}

TEST_F(ScheduleTest, TheSameSeedGivesTheSameOrderAndAnotherSeedAnother) {
  const auto first = names(played(schedule({.rounds = kRounds, .seed = 1})));
  EXPECT_EQ(names(played(schedule({.rounds = kRounds, .seed = 1}))), first);
  EXPECT_NE(names(played(schedule({.rounds = kRounds, .seed = 2}))), first);
}

TEST_F(ScheduleTest, EachRoundIsShuffledAnew) {
  const auto launches = played(schedule({.rounds = 2, .seed = 1}));
  std::vector<const Case*> first, second;
  for (const auto& each : launches) (each.round == 1 ? first : second).push_back(each.of);
  EXPECT_NE(first, second);
}

TEST_F(ScheduleTest, TheGivenOrderIsKeptQuestionByQuestion) {
  const auto launches = played(schedule({.rounds = 1, .shuffled = false}));
  EXPECT_EQ(launches[0].of->name, "counting/who:steady/size:8/place:here");
  EXPECT_EQ(launches[1].of->name, "counting/who:rare/size:8/place:here");
  EXPECT_EQ(launches[2].of->name, "counting/who:steady/size:8/place:there");
}

TEST_F(ScheduleTest, HoweverShortTheTimeAllAreMeasuredOnceAndTheDecisiveInEveryRound) {
  const auto launches = played(schedule({.rounds = kRounds, .budget = 0s}));
  for (const auto& [of, count] : per_case(launches)) {
    EXPECT_EQ(count, of->decisive() ? kRounds : 1) << of->name;
  }
  EXPECT_EQ(per_case(launches).size(), cases.size());
}

// 18 launches are certain (8 + 2 * 5), and each further round of the others has 6.
TEST_F(ScheduleTest, TheOthersTakeTheTimeThatIsLeft) {
  for (const auto& [budget, others] :
       {std::pair{18s, 6}, {23s, 11}, {24s, 12}, {30s, 18}, {99s, 36}}) {
    int decisive = 0, other = 0;
    const auto launches = played(schedule({.rounds = kRounds, .budget = budget}));
    for (const auto& each : launches) ++(each.of->decisive() ? decisive : other);
    EXPECT_EQ(decisive, 2 * kRounds);
    // A question's others come together, so that one launch may not fit.
    EXPECT_LE(other, others);
    EXPECT_GE(other, others - 1);
  }
}

TEST_F(ScheduleTest, ACaseThatIsNotDecisiveHasAsManyLaunchesAsTheOthersOfItsQuestion) {
  for (const auto budget : {21s, 26s, 27s}) {
    std::map<std::string, std::set<int>> counts;
    for (const auto& [of, count] :
         per_case(played(schedule({.rounds = kRounds, .budget = budget})))) {
      if (!of->decisive()) counts[of->question].insert(count);
    }
    for (const auto& [question, distinct] : counts) EXPECT_EQ(distinct.size(), 1u) << question;
  }
}

// Rare is one of the two best, whatever it shows, so each of its launches counts where steady is decisive.
TEST_F(ScheduleTest, WhatLeadsInTheFirstRoundIsDecisiveWhereItsScenarioDeclaresACase) {
  std::set<std::string> contested;
  for (const auto& each : cases) {
    if (each.decisive()) contested.insert(each.question);
  }
  ASSERT_EQ(contested.size(), 2u);
  const auto counts =
      played_with(schedule({.rounds = kRounds, .budget = 28s}), {{"steady", 1.0}, {"rare", 2.0}});
  for (const auto& [of, count] : counts) {
    EXPECT_EQ(count, contested.contains(of->question) ? kRounds : 1) << of->name;
  }
}

// What was declared takes 18 s, and each that is learnt 5 more.
TEST_F(ScheduleTest, WhatLeadsIsLearntAsFarAsTheBudgetHasRoom) {
  for (const auto& [budget, learnt] : {std::pair{0s, 0}, {22s, 0}, {23s, 1}, {27s, 1}, {28s, 2}}) {
    int often = 0;
    for (const auto& [of, count] : played_with(schedule({.rounds = kRounds, .budget = budget}),
                                               {{"steady", 1.0}, {"rare", 2.0}})) {
      often += count == kRounds && !of->decisive();
    }
    EXPECT_EQ(often, learnt) << budget.count();
  }
}

TEST_F(ScheduleTest, WhereContendersDoDifferentThingsNoneLeads) {
  Scenario apart = counting;
  apart.has_leader = false;
  cases = select({&apart}, {});
  const auto counts =
      played_with(schedule({.rounds = kRounds, .budget = 18s}), {{"steady", 1.0}, {"rare", 2.0}});
  for (const auto& [of, count] : counts) EXPECT_EQ(count, of->decisive() ? kRounds : 1);
}

// Also where it took longer until then than the budget has.
TEST_F(ScheduleTest, AResumedRunGoesOnWithWhatWasLearntBefore) {
  Schedule plan = schedule({.rounds = kRounds, .budget = 0s});
  for (const auto& each : cases) {
    plan.showed({.of = &each, .merits = {1.0}});
    plan.already(each.name, 1);
    if (each.point["size"] != 8) continue;
    for (const int round : {2, 3}) plan.already(each.name, round);
  }
  std::map<std::string, int> rounds;
  while (const auto launch = plan.next(0s)) {
    EXPECT_GT(launch->round, 3);
    ++rounds[launch->of->contender()];
  }
  EXPECT_EQ(rounds, (std::map<std::string, int>{{"rare", 6}, {"steady", 6}}));
}

TEST_F(ScheduleTest, WhatShowedNothingDoesNotLead) {
  const auto counts =
      played_with(schedule({.rounds = kRounds, .budget = 18s}), {{"steady", 1.0}, {"rare", 0.0}});
  for (const auto& [of, count] : counts) EXPECT_EQ(count, of->decisive() ? kRounds : 1);
}

TEST_F(ScheduleTest, WhatLaunchesReallyTakeDecidesHowManyThereAre) {
  const auto slow = played(schedule({.rounds = kRounds, .budget = 30s}), 2s);
  const auto fast = played(schedule({.rounds = kRounds, .budget = 30s}), 0.5s);
  EXPECT_EQ(slow.size(), 18u);                     // no room for more
  EXPECT_EQ(fast.size(), cases.size() * kRounds);  // room for all
}

TEST_F(ScheduleTest, ItCountsWhatItHandsOutAndWhatItLeavesOut) {
  Schedule plan = schedule({.rounds = kRounds, .budget = 0s});
  while (plan.next(0s)) continue;
  EXPECT_EQ(plan.launches(), 18u);
  EXPECT_EQ(plan.left_out(), cases.size() * kRounds - 18);
}

TEST_F(ScheduleTest, ADroppedCaseIsNotLaunchedAgain) {
  Schedule plan = schedule({.rounds = kRounds});
  const Case* dropped = plan.next(0s)->of;
  plan.drop(*dropped);
  while (const auto launch = plan.next(0s)) EXPECT_NE(launch->of, dropped);
  EXPECT_EQ(plan.left_out(), 0u);
}

TEST_F(ScheduleTest, TheTimeLeftIsWhatIsStillToCome) {
  Schedule all = schedule({.rounds = kRounds});
  EXPECT_EQ(all.time_left(0s), kRounds * cases.size() * kCost);
  all.next(0s);
  EXPECT_EQ(all.time_left(0s), (kRounds * cases.size() - 1) * kCost);

  EXPECT_EQ(schedule({.rounds = kRounds, .budget = 20s}).time_left(0s), 20s);
  EXPECT_EQ(schedule({.rounds = kRounds, .budget = 0s}).time_left(0s), 18s);
}

}  // namespace
}  // namespace harness::testing
