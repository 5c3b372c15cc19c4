// Where workers are put.
#include "scenarios/support/placement.h"

#include <sched.h>

#include <string>
#include <utility>
#include <vector>

#include "scenarios/tests/support.h"

namespace scenarios::testing {
namespace {

using std::string;

// Allows this process so many CPUs until the end of the test.
class AllowedCpus {
 public:
  explicit AllowedCpus(std::size_t count) : before_(allowed_cpus()) {
    allow({before_.begin(), before_.begin() + static_cast<std::ptrdiff_t>(count)});
  }
  ~AllowedCpus() { allow(before_); }

 private:
  static void allow(const std::vector<int>& cpus) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const int cpu : cpus) CPU_SET(cpu, &set);
    ::sched_setaffinity(0, sizeof set, &set);
  }
  std::vector<int> before_;
};

TEST(PlacementTest, TwoWorkersApartHaveACpuEach) {
  if (allowed_cpus().size() < 2) GTEST_SKIP() << "one CPU";
  TestLaunch launch({{"placement", string("apart")}});
  const auto cpus = place_two(launch.run());
  EXPECT_NE(cpus.one, cpus.other);
  EXPECT_EQ(launch.facts()["placement"], "core");
  EXPECT_EQ(launch.facts()["cpus"], joined({cpus.one, cpus.other}));
}

TEST(PlacementTest, TwoWorkersTogetherShareACpu) {
  TestLaunch launch({{"placement", string("together")}});
  const auto cpus = place_two(launch.run());
  EXPECT_EQ(cpus.one, cpus.other);
  EXPECT_EQ(launch.facts()["placement"], "same core");
}

TEST(PlacementTest, OnOneCpuTwoWorkersApartAreSkippedWithTheRemedy) {
  const AllowedCpus one(1);
  TestLaunch launch({{"placement", string("apart")}});
  EXPECT_EQ(message_of<harness::Skipped>([&] { place_two(launch.run()); }),
            "only one CPU is allowed; ask for --placement together");
}

// Two sockets of four cores with two threads each, of which 0 and 1 are one core's.
const harness::Topology& server() {
  static const auto machine = harness::synthetic_topology("package:2 l3:2 core:2 pu:2");
  return machine;
}

// The CPUs and the column that two workers get there.
std::pair<string, string> two_on(const harness::Topology& machine, const string& placement) {
  TestLaunch launch({{"placement", placement}});
  const auto cpus = place_two(launch.run(), machine);
  EXPECT_EQ(launch.facts()["cpus"], joined({cpus.one, cpus.other}));
  return {joined({cpus.one, cpus.other}), launch.facts()["placement"]};
}

TEST(PlacementTest, OnAServerTwoWorkersArePlacedAsNearAsIsAsked) {
  using Placed = std::pair<string, string>;
  EXPECT_EQ(two_on(server(), "apart"), (Placed{"0;2", "core"}));
  EXPECT_EQ(two_on(server(), "together"), (Placed{"0;0", "same core"}));
  EXPECT_EQ(two_on(server(), "same"), (Placed{"0;0", "same core"}));
  EXPECT_EQ(two_on(server(), "smt"), (Placed{"0;1", "smt"}));
  EXPECT_EQ(two_on(server(), "l3"), (Placed{"0;2", "l3"}));
  EXPECT_EQ(two_on(server(), "socket"), (Placed{"0;4", "socket"}));
  EXPECT_EQ(two_on(server(), "numa"), (Placed{"0;8", "numa"}));
}

TEST(PlacementTest, TwoThreadsOfTheOnlyCoreAreNotCalledCores) {
  const auto machine = harness::synthetic_topology("package:1 core:1 pu:2");
  EXPECT_EQ(two_on(machine, "apart"), (std::pair<string, string>{"0;1", "smt"}));
}

TEST(PlacementTest, APairThatTheMachineDoesNotHaveIsSkippedWithTheReason) {
  const auto desktop = harness::synthetic_topology("package:1 l3:1 core:4 pu:1");
  TestLaunch launch({{"placement", string("smt")}});
  EXPECT_EQ(
      message_of<harness::Skipped>([&] { place_two(launch.run(), desktop); }),
      "the CPUs that are allowed have no two threads of one core; `bench-all env` shows them");
}

TEST(PlacementTest, TheSweepHasWhatTheMachineHasBesidesApartAndTogether) {
  using Values = std::vector<harness::Parameter::Value>;
  const auto desktop = harness::synthetic_topology("package:1 l3:1 core:4 pu:1");
  EXPECT_EQ(placement_axis(desktop).sweep, (Values{string("apart"), string("together")}));
  EXPECT_EQ(placement_axis(server()).sweep,
            (Values{string("apart"), string("together"), string("smt"), string("socket"),
                    string("numa")}));
  EXPECT_EQ(placement_axis(server()).more, (Values{string("same"), string("l3")}));
}

// The CPUs of so many workers on a machine, and the column.
std::pair<string, string> many_on(const harness::Topology& machine, const string& placement,
                                  int workers) {
  TestLaunch launch({{"placement", placement}});
  const string cpus = joined(place_in_turn(launch.run(), workers, machine));
  EXPECT_EQ(launch.facts()["cpus"], cpus);
  return {cpus, launch.facts()["placement"]};
}

TEST(PlacementTest, OnAServerManyWorkersHaveACoreEachOrAreCompactOrScattered) {
  using Placed = std::pair<string, string>;
  EXPECT_EQ(many_on(server(), "none", 9), (Placed{"0;2;4;6;8;10;12;14;1", "in turn"}));
  EXPECT_EQ(many_on(server(), "compact", 4), (Placed{"0;1;2;3", "compact"}));
  EXPECT_EQ(many_on(server(), "scatter", 4), (Placed{"0;8;4;12", "scatter"}));
}

// The words that two workers have mean the same for many, so that `--placement apart` measures all scenarios.
TEST(PlacementTest, ManyWorkersApartHaveACoreEachAndTogetherOneForAll) {
  EXPECT_EQ(many_on(server(), "apart", 9), many_on(server(), "none", 9));
  using Placed = std::pair<string, string>;
  EXPECT_EQ(many_on(server(), "together", 3), (Placed{"0;0;0", "same core"}));
  EXPECT_EQ(many_on(server(), "same", 3), (Placed{"0;0;0", "same core"}));
}

TEST(PlacementTest, ScenariosWithManyWorkersTakeTheWordsOfTwoThatMeanSomethingForThem) {
  const auto axis = spread_axis();
  for (const char* word : {"apart", "together", "same"}) {
    EXPECT_NE(
        std::find(axis.more.begin(), axis.more.end(), harness::Parameter::Value(string(word))),
        axis.more.end())
        << word;
  }
}

TEST(PlacementTest, MoreWorkersThanCpusBeginAgainWithTheFirst) {
  const auto machine = harness::synthetic_topology("package:1 core:2 pu:1");
  EXPECT_EQ(many_on(machine, "none", 5).first, "0;1;0;1;0");
}

TEST(PlacementTest, OnOneCpuManyWorkersShareIt) {
  const AllowedCpus one(1);
  TestLaunch launch({{"placement", string("none")}});
  const auto cpus = place_in_turn(launch.run(), 3);
  EXPECT_EQ(cpus, std::vector<int>(3, cpus[0]));
  EXPECT_EQ(launch.facts()["placement"], "same core");
}

TEST(PlacementTest, CpusAreJoinedBySemicolons) {
  EXPECT_EQ(joined({}), "");
  EXPECT_EQ(joined({3}), "3");
  EXPECT_EQ(joined({0, 1, 12}), "0;1;12");
}

}  // namespace
}  // namespace scenarios::testing
