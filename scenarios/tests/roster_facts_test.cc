// What the contenders of all rosters say of themselves, and that they can be found, made and told apart.
#include <cctype>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "scenarios/cpu_scaling.h"
#include "scenarios/lifecycle.h"
#include "scenarios/pool_tasks.h"
#include "scenarios/producer_consumer.h"
#include "scenarios/single_operation.h"
#include "scenarios/tests/selection.h"
#include "scenarios/tests/support.h"
#include "scenarios/wakeup.h"

namespace scenarios::testing {
namespace {

using std::string;

template <typename Entry>
class RosterFactsTest : public ::testing::Test {
 protected:
  static const std::vector<Entry>& all() { return Roster<Entry>::entries(); }
};

using Entries = ::testing::Types<ChannelContender, QueueContender, LockContender,
                                 SemaphoreContender, WakeupContender, StarterContender,
                                 PoolContender, WorkersContender, OperationContender>;
struct NameOfEntry {
  template <typename Entry>
  static string GetName(int) {
    if (std::is_same_v<Entry, ChannelContender>) return "Channels";
    if (std::is_same_v<Entry, QueueContender>) return "Queues";
    if (std::is_same_v<Entry, LockContender>) return "Locks";
    if (std::is_same_v<Entry, SemaphoreContender>) return "Semaphores";
    if (std::is_same_v<Entry, WakeupContender>) return "Signals";
    if (std::is_same_v<Entry, StarterContender>) return "Starters";
    if (std::is_same_v<Entry, PoolContender>) return "Pools";
    if (std::is_same_v<Entry, WorkersContender>) return "Workers";
    return "Operations";
  }
};
TYPED_TEST_SUITE(RosterFactsTest, Entries, NameOfEntry);

TYPED_TEST(RosterFactsTest, EachNameCanBeTypedAndIsNoneOfTheWordsWithAMeaning) {
  for (const auto& each : this->all()) {
    EXPECT_NE(each.name, "none");
    EXPECT_EQ(each.name.starts_with("cpython_"), each.is_cpython()) << each.name;
    for (const char c : each.name) {
      EXPECT_TRUE(std::islower(c) || std::isdigit(c) || c == '_') << each.name;
    }
  }
}

TYPED_TEST(RosterFactsTest, EachWaitsInAWayThatTheReportKnows) {
  const std::set<string> known{"block", "spin", "yield", "adaptive"};
  for (const auto& each : this->all()) {
    if (std::is_same_v<TypeParam, OperationContender> && each.wait.empty())
      continue;  // it waits for nothing
    EXPECT_EQ(known.count(each.wait), 1u) << each.name << " waits by '" << each.wait << "'";
  }
}

TYPED_TEST(RosterFactsTest, EachHasALabelThatFitsIntoALegend) {
  for (const auto& each : this->all()) {
    EXPECT_GE(each.label.size(), 3u) << each.name;
    EXPECT_LE(each.label.size(), 60u) << each.label;
    EXPECT_EQ(each.label.find_first_of("\n\t\",;"), each.label.find(',')) << each.label;
  }
}

TYPED_TEST(RosterFactsTest, TwoContendersOfAScopeHaveTwoLabels) {
  std::map<std::pair<string, WorkerKind>, string> name_of;
  for (const auto& each : this->all()) {
    const auto [at, is_new] = name_of.emplace(std::make_pair(each.label, each.workers), each.name);
    EXPECT_EQ(at->second, each.name) << "the label '" << each.label << "' is that of both";
  }
}

TYPED_TEST(RosterFactsTest, EachIsFoundByItsNameKindAndVariantAndIsItself) {
  for (const auto& each : this->all()) {
    EXPECT_EQ(Roster<TypeParam>::find(each.name, each.workers, each.variant), &each) << each.name;
    EXPECT_NE(Roster<TypeParam>::find(each.name), nullptr);
  }
}

TYPED_TEST(RosterFactsTest, OneNameIsOneFamilyAndOneLabelInBothScopes) {
  std::map<string, std::pair<string, string>> seen;
  for (const auto& each : this->all()) {
    const auto [at, is_new] = seen.emplace(each.name, std::make_pair(each.family, each.label));
    EXPECT_EQ(at->second, std::make_pair(each.family, each.label)) << each.name;
  }
}

TYPED_TEST(RosterFactsTest, EachIsMeasuredAndThoseThatAreNoProgramsAreMade) {
  for (const auto& each : this->all()) {
    EXPECT_TRUE(each.measure) << each.name;
    const bool can_be_made = static_cast<bool>(each.make);
    if (std::is_same_v<TypeParam, OperationContender>) continue;
    EXPECT_EQ(can_be_made, !each.is_cpython()) << each.name;
  }
}

TYPED_TEST(RosterFactsTest, FamiliesAreInTheOrderOfTheReport) {
  int rank = 0;
  for (const auto& each : this->all()) {
    EXPECT_GE(rank_of(each.family), rank) << each.name;
    rank = rank_of(each.family);
  }
}

TYPED_TEST(RosterFactsTest, OursAndCPythonsAreThere) {
  std::set<string> families;
  for (const auto& each : this->all()) families.insert(each.family);
  EXPECT_EQ(families.count("gilfree"), 1u);
  EXPECT_EQ(families.count("cpython"), 1u);
}

TYPED_TEST(RosterFactsTest, ItsColumnsAreNotedAsItSays) {
  for (const auto& each : this->all()) {
    TestLaunch launch({});
    each.note(launch.run());
    EXPECT_EQ(launch.facts()["primitive"], each.primitive);
    EXPECT_EQ(launch.facts()["wait"], each.wait);
    EXPECT_EQ(launch.facts()["scope"], each.workers == WorkerKind::kThreads ? "thread" : "process");
  }
}

// Where the question is asked between threads and between processes, ours answer both.
template <typename Entry>
std::map<string, std::set<WorkerKind>> kinds_of_ours() {
  std::map<string, std::set<WorkerKind>> kinds;
  for (const auto& each : Roster<Entry>::entries()) {
    if (each.family == "gilfree") kinds[each.name].insert(each.workers);
  }
  return kinds;
}

TEST(BothScopesTest, EachOfOurQueuesLocksSemaphoresAndSignalsIsMeasuredInBoth) {
  const auto expect_both = [](const auto& all) {
    EXPECT_FALSE(all.empty());
    for (const auto& [name, kinds] : all) EXPECT_EQ(kinds.size(), 2u) << name;
  };
  expect_both(kinds_of_ours<QueueContender>());
  expect_both(kinds_of_ours<LockContender>());
  expect_both(kinds_of_ours<SemaphoreContender>());
  expect_both(kinds_of_ours<WakeupContender>());
}

TEST(BothScopesTest, ACaseHasAContenderOfItsScopeInEveryScenarioThatHasOne) {
  for (const auto* name : {"producer_consumer", "lock_contention", "semaphore_pool", "wakeup"}) {
    std::map<string, std::size_t> by_scope;
    for (const auto& each : cases({}, {"^" + string(name) + "/"}))
      ++by_scope[each.point.text("scope")];
    EXPECT_EQ(by_scope.size(), 2u) << name;
    for (const auto& [scope, count] : by_scope)
      EXPECT_GE(count, 10u) << name << " between " << scope;
  }
}

TEST(VariantsTest, AWayOfWaitingOrAnOperationIsAValueOfItsAxis) {
  const auto values_of = [](std::string_view scenario_name, std::string_view axis) {
    std::set<string> values;
    for (const auto& each : scenario(scenario_name).parameters) {
      if (each.name != axis) continue;
      for (const auto& value : each.sweep) values.insert(harness::to_string(value));
    }
    return values;
  };
  const auto waits = values_of("pipe_vs_queue", "wait"),
             operations = values_of("wakeup", "operation");
  EXPECT_FALSE(waits.empty());
  EXPECT_FALSE(operations.empty());
  for (const auto& each : Roster<ChannelContender>::entries())
    EXPECT_EQ(waits.count(each.variant), 1u) << each.name;
  for (const auto& each : Roster<WakeupContender>::entries()) {
    EXPECT_EQ(operations.count(each.variant), 1u) << each.name << " " << each.variant;
  }
}

TEST(CasesTest, EachHasANameOfItsOwn) {
  std::set<string> names;
  for (const auto& each : cases({}))
    EXPECT_TRUE(names.insert(each.name).second) << each.name << " is there twice";
  EXPECT_GT(names.size(), 500u);
}

TEST(CasesTest, DecisiveOnesAreOffered) {
  std::set<string> offered;
  for (const auto& each : cases({})) offered.insert(each.name);
  for (const auto& each : quick_cases()) EXPECT_EQ(offered.count(each.name), 1u) << each.name;
}

}  // namespace
}  // namespace scenarios::testing
