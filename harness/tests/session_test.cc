#include "harness/run/session.h"

#include <gtest/gtest.h>

#include <limits>

namespace harness {
namespace {

using namespace std::chrono_literals;

std::chrono::nanoseconds timeout_with(std::int64_t parties, bool says_how_many = true) {
  Scenario scenario{};
  scenario.name = "meeting";
  if (says_how_many) scenario.parties = [](const Point& point) { return point["parties"]; };
  RunSettings settings;
  settings.timeout = 20s;
  return timeout_of({&scenario, Point({{"parties", parties}}), "meeting", "meeting"}, settings);
}

TEST(TimeoutTest, EachPartyHasATenthOfASecondMore) {
  EXPECT_EQ(timeout_with(2), 20200ms);
  EXPECT_EQ(timeout_with(256), 45600ms);
}

TEST(TimeoutTest, AScenarioThatDoesNotSayHowManyTakePartHasTheOrdinaryOne) {
  EXPECT_EQ(timeout_with(256, false), 20s);
}

TEST(TimeoutTest, ANumberThatTheScenarioWillRefuseChangesLittle) {
  EXPECT_EQ(timeout_with(-3), 20s);
  EXPECT_EQ(timeout_with(std::numeric_limits<std::int64_t>::max()), 20s + 102400ms);
}

}  // namespace
}  // namespace harness
