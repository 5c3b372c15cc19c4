// A trial of `bench-all stress`: what becomes of its actors, and what is seen of it.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "harness/base/errors.h"
#include "harness/scenario.h"
#include "harness/stress/engine.h"
#include "harness/stress/shared.h"
#include "harness/tests/stress_fixtures.h"

namespace harness::testing {
namespace {

using namespace std::chrono_literals;
using stress::Attempt;
using stress::Config;
using stress::Engine;

// In both scopes: threads and processes.
class StressTrial : public ::testing::TestWithParam<bool> {
 protected:
  static Attempt one(TwoFunctions::Act act, TwoFunctions::Judge judge = no_judge,
                     Config config = {}) {
    return stress::attempt(test_that(std::move(act), GetParam(), std::move(judge)), config, 1, 2s);
  }
};
std::string scope_name(const ::testing::TestParamInfo<bool>& scope) {
  return scope.param ? "Processes" : "Threads";
}
INSTANTIATE_TEST_SUITE_P(Scopes, StressTrial, ::testing::Values(false, true), scope_name);

using Outcomes = std::map<std::string, std::uint64_t>;

TEST_P(StressTrial, EachActorActsAndItsOutcomesAreCounted) {
  const auto seen = one([](stress::Actor& me) { me.record(me.number() == 0 ? "good" : "odd", 3); },
                        no_judge, {.actors = 3});
  EXPECT_EQ(seen.end, Attempt::End::kEnded);
  EXPECT_EQ(seen.outcomes, (Outcomes{{"good", 3}, {"odd", 6}}));
}

TEST_P(StressTrial, TheJudgeComesWhenAllHaveEnded) {
  stress::Shared<std::atomic<int>> ended{0};
  const auto seen = one([&](stress::Actor&) { ended->fetch_add(1); },
                        [&](const stress::Judged& trial) {
                          trial.record(*ended == trial.config.actors ? "good" : "bad");
                        });
  EXPECT_EQ(seen.outcomes, (Outcomes{{"good", 1}}));
}

TEST_P(StressTrial, ActorsMeetAgainAndAgain) {
  stress::Shared<std::atomic<int>> arrived{0};
  const auto seen = one(
      [&](stress::Actor& me) {
        for (int round = 1; round <= 100; ++round) {
          arrived->fetch_add(1);
          me.meet();
          me.record(*arrived >= 2 * round ? "good" : "bad");
        }
      },
      no_judge, {.actors = 2});
  EXPECT_EQ(seen.outcomes, (Outcomes{{"good", 200}}));
}

TEST_P(StressTrial, AnExceptionIsAnOutcomeWithItsMessage) {
  const auto seen = one([](stress::Actor&) { throw std::runtime_error("no luck"); });
  EXPECT_EQ(seen.outcomes, (Outcomes{{"exception: no luck", 2}}));
}

TEST_P(StressTrial, ACrashIsAnOutcomeAndEndsTheTrialOnly) {
  const auto seen = one([](stress::Actor& me) {
    if (me.number() == 1) std::abort();
  });
  EXPECT_EQ(seen.end, Attempt::End::kEnded);
  EXPECT_EQ(seen.outcomes.begin()->first.substr(0, 14), "crash: Aborted");
}

TEST_P(StressTrial, AHangIsSeenAndSaysWhereEachActorIs) {
  stress::Shared<std::atomic<bool>> never{false};
  const auto seen = one([&](stress::Actor& me) {
    if (me.number() == 0) return;
    me.at("waits for ever");
    while (!*never) ::usleep(1000);
  });
  EXPECT_EQ(seen.end, Attempt::End::kHung);
  EXPECT_EQ(seen.outcomes, (Outcomes{{"hang: 'waits for ever'", 1}}));
  EXPECT_NE(seen.report.find("actor 0 "), std::string::npos);
  EXPECT_NE(seen.report.find("after 'waits for ever', its step 1"), std::string::npos)
      << seen.report;
  EXPECT_NE(seen.report.find("state S"), std::string::npos) << seen.report;
}

TEST_P(StressTrial, AnActorThatPassesMarkedPointsForEverHangsToo) {
  const auto test = test_that(
      [](stress::Actor& me) {
        while (true) me.at("turns in circles"), ::usleep(100);
      },
      GetParam());
  const auto seen = stress::attempt(test, {}, 1, 100ms);
  EXPECT_EQ(seen.outcomes, (Outcomes{{"hang: 'turns in circles'", 1}}));
}

TEST_P(StressTrial, ADescriptorThatIsLeftBehindIsALeak) {
  const auto seen = one([](stress::Actor&) {}, [](const stress::Judged&) { (void)::dup(0); });
  EXPECT_EQ(seen.outcomes, (Outcomes{{"leak: descriptors", 1}}));
}

TEST_P(StressTrial, WhatThisMachineCannotRunIsSkippedWithTheReason) {
  auto test = test_that([](stress::Actor&) {}, GetParam());
  test.make = [](const Config&) -> std::unique_ptr<stress::Body> {
    throw Skipped("install libnothing-dev");
  };
  Engine engine({&test}, {.duration = 1s});
  engine.run();
  EXPECT_EQ(engine.results().front().skipped, "install libnothing-dev");
  EXPECT_EQ(stress::exit_code(engine.results()), kNothingRan);
}

TEST_P(StressTrial, AnActorIsInterruptedAtAnyInstructionAndGoesOn) {
  const auto seen = one(
      [](stress::Actor& me) {
        const auto end = std::chrono::steady_clock::now() + 30ms;
        while (std::chrono::steady_clock::now() < end) continue;
        me.record("good");
      },
      no_judge, {.interrupt_us = 50});
  EXPECT_EQ(seen.outcomes, (Outcomes{{"good", 2}}));
}

TEST(StressFaults, AKilledActorIsKnownToTheJudgeAndTheOthersGoOn) {
  stress::Shared<std::atomic<int>> survivors{0};
  const auto test = test_that(
      [&](stress::Actor& me) {
        for (int i = 0; i < me.config().operations; ++i) me.at("works");
        // A doomed actor lives until its death: the timer may be late.
        ::usleep(20'000);
        survivors->fetch_add(1);
      },
      true,
      [&](const stress::Judged& trial) {
        int killed = 0;
        for (int actor = 0; actor < trial.config.actors; ++actor) killed += trial.was_killed(actor);
        trial.record(killed + *survivors == trial.config.actors ? "good" : "bad");
        if (killed == 2) trial.record("odd");
      });
  std::uint64_t with_two = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    *survivors = 0;
    const auto seen = stress::attempt(test, {.actors = 3, .operations = 50, .kills = 2}, seed, 2s);
    EXPECT_EQ(seen.outcomes.count("bad"), 0U);
    with_two += seen.outcomes.count("odd");
  }
  EXPECT_GT(with_two, 0U);
}

TEST(StressFaults, AStoppedActorGoesOn) {
  const auto test = test_that(
      [](stress::Actor& me) {
        for (int i = 0; i < 200; ++i) me.at("works"), ::usleep(100);
        me.record("good");
      },
      true);
  const auto seen = stress::attempt(test, {.actors = 3, .stops = 3}, 1, 2s);
  EXPECT_EQ(seen.outcomes, (Outcomes{{"good", 3}}));
}

}  // namespace
}  // namespace harness::testing
