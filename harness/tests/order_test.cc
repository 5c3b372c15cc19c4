// When a run makes a launch, what it tells it, and how long it waits for it.
#include "harness/run/order.h"

#include <gtest/gtest.h>

#include <limits>

#include "harness/base/json.h"
#include "harness/tests/fixtures.h"
#include "harness/tests/support.h"

namespace harness::testing {
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

TEST(TimeOfReportTest, IsAPartOfTheBudgetUnlessThereIsNone) {
  RunSettings settings;
  EXPECT_GT(time_of_report(settings), 4s);
  EXPECT_LE(time_of_report(settings), 22s);
  settings.no_report = true;
  EXPECT_EQ(time_of_report(settings), 0s);
}

TEST(TimeOfReportTest, IsThatOfEightWorkersAtMostAndOfWhatAQuotaLeavesThem) {
  const TemporaryFolder root;
  const auto seconds_with = [&](std::size_t cpus, const std::string& quota) {
    root.write("cpu.max", quota);
    root.write("proc/self/mountinfo", "31 23 0:26 / / rw - cgroup2 cgroup rw\n");
    root.write("proc/self/cgroup", "0::/\n");
    return time_of_report({}, cpus, CgroupQuota(root.path())).count();
  };
  std::filesystem::create_directories(root.path() / "proc/self");
  EXPECT_DOUBLE_EQ(seconds_with(2, "max 100000\n"), 4 + 18.0 / 2);
  EXPECT_DOUBLE_EQ(seconds_with(64, "max 100000\n"), 4 + 18.0 / 8);
  EXPECT_DOUBLE_EQ(seconds_with(64, "150000 100000\n"), 4 + 18.0 / 1.5);
  EXPECT_DOUBLE_EQ(seconds_with(2, "1600000 100000\n"), 4 + 18.0 / 2);
  EXPECT_DOUBLE_EQ(seconds_with(64, "50000 100000\n"), 8 + 18.0 / 0.5);
  EXPECT_DOUBLE_EQ(seconds_with(0, "max 100000\n"), 4 + 18.0);  // the kernel does not say how many
}

class OrderTest : public ::testing::Test {
 protected:
  std::vector<Case> cases = select({&counting}, {});
  RunSettings settings = [] {
    RunSettings made;
    made.seed = 40;
    made.windows = 3;
    made.window = 50ms;
    made.warmup = 5ms;
    return made;
  }();

  Case with(const char* who) const {
    Point::Values values = cases.front().point.values();
    for (auto& [name, value] : values) {
      if (name == "who") value = std::string(who);
    }
    return {&counting, Point(values), "a case", "a question"};
  }
};

TEST_F(OrderTest, ALaunchIsToldItsPointItsWindowsAndASeedOfItsOwn) {
  const Json order = order_of({&cases.front(), 2}, settings, {});
  EXPECT_EQ(order.at("scenario"), "counting");
  EXPECT_EQ(order.at("point").at("who"), "steady");
  EXPECT_EQ(order.at("point").at("size"), 8);
  EXPECT_EQ(order.at("seed"), 42);
  EXPECT_EQ(order.at("windows"), 3);
  EXPECT_EQ(order.at("window_ns"), 50'000'000);
  EXPECT_EQ(order.at("warmup_ns"), 5'000'000);
  EXPECT_EQ(order.at("load"), "none");
}

TEST_F(OrderTest, AnInjectedDelayIsInTheOrderOnlyIfOneWasAskedFor) {
  EXPECT_FALSE(order_of({&cases.front(), 1}, settings, {}).contains("injected_delay_ns"));
  settings.injected_delay_ns = 0;
  EXPECT_EQ(order_of({&cases.front(), 1}, settings, {}).at("injected_delay_ns"), 0);
}

TEST_F(OrderTest, TheCommandOfAProgramGoesToItsOwnContenderAlone) {
  settings.programs = {{"mine", {"./mine", "-x"}}};
  const Case mine = with("mine"), steady = with("steady");
  EXPECT_EQ(order_of({&mine, 1}, settings, {}).at("program"), Json({"./mine", "-x"}));
  EXPECT_TRUE(order_of({&steady, 1}, settings, {}).at("program").empty());
}

TEST_F(OrderTest, AnInterpreterIsToldByPathAndItsStartIsPartOfWhatALaunchCosts) {
  const std::vector<Interpreter> pythons = {{"3.11.7", "/opt/a/python3", 2s},
                                            {"3.14.0t", "/opt/b/python3", 3s}};
  const std::vector<Case> two = {with("3.14.0t"), with("steady")};
  EXPECT_EQ(order_of({&two[0], 1}, settings, pythons).at("interpreter"), "/opt/b/python3");
  EXPECT_EQ(order_of({&two[1], 1}, settings, pythons).at("interpreter"), "");
  settings.launches = 1;
  const Schedule schedule = schedule_of(two, settings, pythons);
  EXPECT_NEAR((schedule.expected(two[0]) - schedule.expected(two[1])).count(), 3, 1e-9);
  EXPECT_GE(schedule.expected(two[1]), settings.warmup + 3 * settings.window);
}

}  // namespace
}  // namespace harness::testing
