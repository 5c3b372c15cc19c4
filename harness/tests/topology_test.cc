// Topologies of machines that are not there, by hwloc: what is near to what, and in which order workers come.
#include "harness/base/topology.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <set>

#include "harness/base/cpus.h"
#include "harness/base/errors.h"
#include "harness/base/files.h"
#include "harness/base/json.h"

namespace harness {
namespace {

using Pair = std::optional<std::pair<int, int>>;
using std::string;
using std::vector;

constexpr auto kAll = {Nearness::kSame, Nearness::kSmt, Nearness::kL3, Nearness::kSocket,
                       Nearness::kNuma};

vector<Pair> pairs_of(const Topology& machine) {
  vector<Pair> pairs;
  for (const auto nearness : kAll) pairs.push_back(machine.pair(nearness));
  return pairs;
}

vector<int> first(std::size_t count, vector<int> order) {
  order.resize(std::min(count, order.size()));
  return order;
}

// Every order has each CPU once, and a pair is as near as it says.
void expect_consistent(const Topology& machine) {
  std::set<int> all;
  for (const Cpu& cpu : machine.cpus()) all.insert(cpu.number);
  for (const auto& order : {machine.in_turn(), machine.compact(), machine.scatter()}) {
    EXPECT_EQ(order.size(), all.size());
    EXPECT_EQ(std::set<int>(order.begin(), order.end()), all);
  }
  const auto cpu = [&](int number) {
    return *std::find_if(machine.cpus().begin(), machine.cpus().end(),
                         [&](const Cpu& each) { return each.number == number; });
  };
  for (const auto nearness : kAll) {
    const auto pair = machine.pair(nearness);
    if (!pair) continue;
    EXPECT_EQ(nearness_of(cpu(pair->first), cpu(pair->second)), nearness);
  }
}

TEST(TopologyTest, ADesktopWithoutSmtHasCoresBelowOneCache) {
  const auto machine = synthetic_topology("package:1 l3:1 core:4 pu:1");
  expect_consistent(machine);
  EXPECT_EQ(pairs_of(machine),
            (vector<Pair>{{{0, 0}}, std::nullopt, {{0, 1}}, std::nullopt, std::nullopt}));
  EXPECT_EQ(machine.in_turn(), (vector<int>{0, 1, 2, 3}));
}

TEST(TopologyTest, OfTwoSocketsWith128ThreadsApartMeansTwoCores) {
  const auto machine = synthetic_topology("package:2 l3:4 core:8 pu:2");
  expect_consistent(machine);
  ASSERT_EQ(machine.cpus().size(), 128u);
  EXPECT_EQ(machine.cores_apart(), (Pair{{0, 2}})) << "0 and 1 are threads of one core";
  EXPECT_EQ(pairs_of(machine), (vector<Pair>{{{0, 0}}, {{0, 1}}, {{0, 2}}, {{0, 16}}, {{0, 64}}}));
  EXPECT_EQ(first(3, machine.in_turn()), (vector<int>{0, 2, 4}));
  EXPECT_EQ(machine.in_turn()[64], 1) << "second threads come after all cores";
  EXPECT_EQ(first(4, machine.compact()), (vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(first(6, machine.scatter()), (vector<int>{0, 64, 16, 80, 32, 96}));
}

TEST(TopologyTest, ThreadsThatLinuxNumbersAfterAllCoresAreFoundAsWell) {
  const auto machine = synthetic_topology("package:1 l3:1 core:2 pu:2(indexes=2*2:1*2)");
  expect_consistent(machine);
  EXPECT_EQ(machine.pair(Nearness::kSmt), (Pair{{0, 2}}));
  EXPECT_EQ(machine.cores_apart(), (Pair{{0, 1}}));
  EXPECT_EQ(machine.compact(), (vector<int>{0, 2, 1, 3}));
  EXPECT_EQ(machine.groups()["cores"], Json::array({"0,2", "1,3"}));
}

TEST(TopologyTest, TwoThreadsOfTheOnlyCoreAreAsFarApartAsThereIs) {
  const auto machine = synthetic_topology("package:1 core:1 pu:2");
  EXPECT_EQ(machine.cores_apart(), (Pair{{0, 1}}));
  EXPECT_EQ(machine.pair(Nearness::kL3), std::nullopt);
}

TEST(TopologyTest, ASingleCpuIsNearToItselfAlone) {
  const auto machine = synthetic_topology("package:1 core:1 pu:1");
  expect_consistent(machine);
  EXPECT_EQ(machine.cores_apart(), std::nullopt);
  EXPECT_EQ(machine.pair(Nearness::kSame), (Pair{{0, 0}}));
  EXPECT_EQ(machine.scatter(), vector<int>{0});
}

TEST(TopologyTest, FourNumaNodesInTwoSocketsAreFarFromEachOther) {
  const auto machine = synthetic_topology("package:2 [numa] group:2 [numa] l3:1 core:2 pu:1");
  expect_consistent(machine);
  EXPECT_EQ(machine.pair(Nearness::kNuma), (Pair{{0, 2}}));
  EXPECT_EQ(machine.pair(Nearness::kSocket), std::nullopt);
  EXPECT_EQ(machine.scatter(), (vector<int>{0, 4, 2, 6, 1, 5, 3, 7}));
}

TEST(TopologyTest, SeveralL3CachesInASocketAreFarWithinIt) {
  const auto machine = synthetic_topology("package:1 l3:4 core:2 pu:1");
  EXPECT_EQ(machine.pair(Nearness::kL3), (Pair{{0, 1}}));
  EXPECT_EQ(machine.pair(Nearness::kSocket), (Pair{{0, 2}}));
  EXPECT_EQ(machine.pair(Nearness::kNuma), std::nullopt);
  EXPECT_EQ(machine.groups()["l3_groups"], Json::array({"0-1", "2-3", "4-5", "6-7"}));
}

TEST(TopologyTest, WithoutAnL3NoCoresAreSaidToShareOne) {
  const auto machine = synthetic_topology("package:1 core:2 pu:1");
  EXPECT_EQ(machine.pair(Nearness::kL3), std::nullopt);
  EXPECT_EQ(machine.cores_apart(), (Pair{{0, 1}}));
  EXPECT_TRUE(machine.groups()["l3_groups"].is_null());
}

TEST(TopologyTest, OfACpusetWithHolesOnlyItsCpusArePlaced) {
  const auto machine = restricted(synthetic_topology("package:2 l3:1 core:4 pu:2"), {3, 5, 9, 14});
  expect_consistent(machine);
  EXPECT_EQ(machine.in_turn(), (vector<int>{3, 5, 9, 14}));
  EXPECT_EQ(machine.pair(Nearness::kSmt), std::nullopt) << "their siblings are not allowed";
  EXPECT_EQ(machine.cores_apart(), (Pair{{3, 5}}));
  EXPECT_EQ(machine.pair(Nearness::kNuma), (Pair{{3, 9}}));
  EXPECT_EQ(machine.groups()["sockets"], Json::array({"3,5", "9,14"}));
}

// Two cores, the first of two threads and fast, the second of one; and a CPU 3 that is offline.
constexpr char kHybrid[] = R"(<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE topology SYSTEM "hwloc2.dtd">
<topology version="2.0">
  <object type="Machine" os_index="0" cpuset="0x7" complete_cpuset="0xf" allowed_cpuset="0x7" nodeset="0x1" complete_nodeset="0x1" allowed_nodeset="0x1" gp_index="1">
    <object type="Package" os_index="0" cpuset="0x7" complete_cpuset="0xf" nodeset="0x1" complete_nodeset="0x1" gp_index="2">
      <object type="NUMANode" os_index="0" cpuset="0x7" complete_cpuset="0xf" nodeset="0x1" complete_nodeset="0x1" gp_index="3" local_memory="1073741824"/>
      <object type="Core" os_index="0" cpuset="0x1" complete_cpuset="0x9" nodeset="0x1" complete_nodeset="0x1" gp_index="4">
        <object type="PU" os_index="0" cpuset="0x1" complete_cpuset="0x1" nodeset="0x1" complete_nodeset="0x1" gp_index="5"/>
      </object>
      <object type="Core" os_index="1" cpuset="0x6" complete_cpuset="0x6" nodeset="0x1" complete_nodeset="0x1" gp_index="6">
        <object type="PU" os_index="1" cpuset="0x2" complete_cpuset="0x2" nodeset="0x1" complete_nodeset="0x1" gp_index="7"/>
        <object type="PU" os_index="2" cpuset="0x4" complete_cpuset="0x4" nodeset="0x1" complete_nodeset="0x1" gp_index="8"/>
      </object>
    </object>
  </object>
  <cpukind cpuset="0x1" forced_efficiency="0"/>
  <cpukind cpuset="0x6" forced_efficiency="10"/>
</topology>
)";

TEST(TopologyTest, OfHybridCoresTheKindsAreDistinguishedAndOfflineCpusLeftOut) {
  const auto machine = topology_from_xml(kHybrid);
  expect_consistent(machine);
  ASSERT_EQ(machine.cpus().size(), 3u) << "CPU 3 is offline";
  EXPECT_EQ(machine.groups()["core_kinds"], Json::array({"0", "1-2"}));
  EXPECT_EQ(machine.pair(Nearness::kSame), (Pair{{1, 1}})) << "the fastest kind first";
  EXPECT_EQ(machine.cores_apart(), (Pair{{1, 0}})) << "two cores, though of two kinds";
}

TEST(TopologyTest, WhatHwlocCannotReadIsNamed) {
  EXPECT_THROW(synthetic_topology("socket of cores"), BadUsage);
  EXPECT_THROW(topology_from_xml("<no topology/>"), BadUsage);
}

TEST(TopologyTest, ThisMachinesCpusAreThoseThatAreAllowed) {
  vector<int> numbers;
  const Topology machine = this_topology();
  for (const Cpu& cpu : machine.cpus()) numbers.push_back(cpu.number);
  EXPECT_EQ(numbers, allowed_cpus());
}

// What the kernel says of a core in /sys, hwloc says as well.
TEST(TopologyTest, ThisMachinesCoresAreTheKernels) {
  const Topology machine = this_topology();
  const auto cores = machine.groups()["cores"];
  for (const Cpu& cpu : machine.cpus()) {
    const auto siblings = read_text("/sys/devices/system/cpu/cpu" + std::to_string(cpu.number) +
                                    "/topology/thread_siblings_list");
    if (!siblings) GTEST_SKIP() << "the kernel does not say";
    const string list = siblings->substr(0, siblings->find('\n'));
    EXPECT_NE(std::find(cores.begin(), cores.end(), list), cores.end()) << list;
  }
}

TEST(TopologyTest, CpusAreListedAsLinuxDoes) {
  EXPECT_EQ(cpu_list({}), "");
  EXPECT_EQ(cpu_list({0, 1, 2, 4, 6, 7}), "0-2,4,6-7");
}

}  // namespace
}  // namespace harness
