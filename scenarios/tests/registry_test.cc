// All scenarios there are: their names, axes and contenders.
#include "scenarios/support/registry.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/record/columns.h"
#include "scenarios/tests/selection.h"
#include "scenarios/tests/support.h"

namespace scenarios::testing {
namespace {

using Kind = harness::Parameter::Kind;

TEST(RegistryTest, ListsTheScenariosByFamilyAndName) {
  const std::vector<std::string_view> families{"ipc", "sync", "lifecycle", "scaling", "cost"};
  std::vector<std::pair<std::ptrdiff_t, std::string_view>> places;
  for (const auto* each : all_scenarios()) {
    const auto at = std::find(families.begin(), families.end(), each->family);
    ASSERT_NE(at, families.end()) << each->name << " is of the family " << each->family;
    places.emplace_back(at - families.begin(), each->name);
  }
  EXPECT_GE(places.size(), 10u);
  EXPECT_TRUE(std::is_sorted(places.begin(), places.end()));
  EXPECT_EQ(std::adjacent_find(places.begin(), places.end()), places.end()) << "a name twice";
}

TEST(RegistryTest, IsTheSameEachTimeItIsAsked) {
  EXPECT_EQ(all_scenarios(), all_scenarios());
  EXPECT_EQ(&all_scenarios(), &all_scenarios());
}

class ScenarioTest : public ::testing::TestWithParam<const harness::Scenario*> {
 protected:
  const harness::Scenario& it() const { return *GetParam(); }

  std::vector<harness::Case> own_cases() const {
    return cases({}, {"^" + std::string(it().name) + "/"});
  }
};

TEST_P(ScenarioTest, AsksAQuestion) {
  EXPECT_TRUE(it().question.ends_with("?")) << it().question;
  EXPECT_NE(it().run, nullptr);
}

TEST_P(ScenarioTest, HasAColumnForEachAxis) {
  for (const auto& axis : it().parameters) {
    const auto& columns = harness::kColumns;
    EXPECT_NE(std::find(columns.begin(), columns.end(), axis.column), columns.end())
        << axis.name << " is written to " << axis.column;
    EXPECT_GT(axis.meaning.size(), 5u) << axis.name << " says what it means";
    EXPECT_FALSE(axis.sweep.empty()) << axis.name;
  }
}

TEST_P(ScenarioTest, HasOneAxisOfContendersCalledContender) {
  std::vector<std::string> found;
  for (const auto& axis : it().parameters) {
    if (axis.column == "impl" || axis.column == "contender") found.emplace_back(axis.name);
  }
  EXPECT_EQ(found, std::vector<std::string>{"contender"});
}

TEST_P(ScenarioTest, MeasuresEachOfItsContendersSomewhere) {
  std::set<std::string> measured;
  for (const auto& each : own_cases()) measured.insert(each.point.text("contender"));
  for (const auto& axis : it().parameters) {
    if (axis.name != "contender") continue;
    for (const auto& value : axis.sweep) {
      EXPECT_EQ(measured.count(harness::to_string(value)), 1u) << harness::to_string(value);
    }
  }
}

TEST_P(ScenarioTest, LabelsEachOfItsContenders) {
  std::set<std::string> labelled;
  for (const auto& [name, label, family, decisive] : it().contenders) {
    labelled.insert(name);
    EXPECT_FALSE(label.empty()) << name;
    EXPECT_FALSE(family.empty()) << name;
    EXPECT_EQ(family == "gilfree", label.starts_with("gilfree ")) << name << ": " << label;
    EXPECT_EQ(family == "cpython", name.starts_with("cpython_")) << name;
  }
  for (const auto& each : own_cases()) {
    EXPECT_EQ(labelled.count(each.point.text("contender")), 1u) << each.name;
  }
}

TEST_P(ScenarioTest, OffersCPythonWithAnInterpreterAndTheOthersWithout) {
  for (const auto& each : own_cases()) {
    const bool interpreted = each.point.text("python") != "none";
    EXPECT_EQ(interpreted, each.point.text("contender").starts_with("cpython_")) << each.name;
  }
}

INSTANTIATE_TEST_SUITE_P(All, ScenarioTest, ::testing::ValuesIn(all_scenarios()),
                         [](const auto& each) { return std::string(each.param->name); });

TEST(LabelsTest, AContenderHasOneLabelAndOneFamilyInAllScenarios) {
  std::map<std::string, std::pair<std::string, std::string>> seen;
  for (const auto* scenario : all_scenarios()) {
    for (const auto& [name, label, family, decisive] : scenario->contenders) {
      const auto [at, is_new] = seen.emplace(name, std::make_pair(label, family));
      EXPECT_EQ(at->second, std::make_pair(label, family)) << name << " in " << scenario->name;
    }
  }
}

TEST(AxesTest, TheWordsThatAxesHadAreStillAccepted) {
  std::map<std::string, std::string> aliases;
  for (const auto* scenario : all_scenarios()) {
    for (const auto& axis : scenario->parameters) {
      if (!axis.alias.empty()) aliases[std::string(axis.alias)] = axis.name;
    }
  }
  EXPECT_EQ(aliases, (std::map<std::string, std::string>{{"bytes", "msg_bytes"},
                                                         {"capacity", "queue_depth"},
                                                         {"channel", "contender"},
                                                         {"cpus", "placement"},
                                                         {"inside", "work_in_ns"},
                                                         {"outside", "work_out_ns"},
                                                         {"parent", "parent_bytes"},
                                                         {"parties", "workers"}}));
}

}  // namespace
}  // namespace scenarios::testing
