// Topology: which CPUs share a core, a cache, a socket or a NUMA node. Read by hwloc.
//
//   const Topology machine = this_topology();
//   if (const auto pair = machine.pair(Nearness::kSmt)) ...  // two threads of one core
//
// Only CPUs that this process may run on are part of it: offline CPUs, and those that a cpuset or an
// affinity mask excludes, are not.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/json_fwd.h"

namespace harness {

// A CPU, which is one hardware thread, and the groups it belongs to. Groups are numbered from 0; -1: the
// machine does not say.
struct Cpu {
  int number;  // of the kernel
  int core, l3, numa, socket;
  int kind;  // of core: a greater number is a faster one; 0 where all are alike
};

// The nearest that two CPUs share. Each pair of CPUs has exactly one.
enum class Nearness {
  kSame,    // they are one CPU
  kSmt,     // two threads of one core
  kL3,      // two cores below one L3 cache
  kSocket,  // two cores of one socket and NUMA node, which share no L3
  kNuma,    // two cores of different NUMA nodes or sockets
};

Nearness nearness_of(const Cpu& one, const Cpu& other);

class Topology {
 public:
  explicit Topology(std::vector<Cpu> cpus) : cpus_(std::move(cpus)) {}

  // By the kernel's numbers, ascending.
  const std::vector<Cpu>& cpus() const { return cpus_; }

  // Returns the first two CPUs that are as near as this, of the fastest kind that has such a pair; nothing
  // if there are none.
  std::optional<std::pair<int, int>> pair(Nearness nearness) const;
  // Returns two CPUs of different cores, as near as possible; of one core, if there is one alone; nothing if
  // there is one CPU.
  std::optional<std::pair<int, int>> cores_apart() const;

  // Returns all CPUs, in the order in which workers are placed on them. In turn: one of each core, ascending,
  // then the second thread of each. Compact: all threads of a core, then of the core nearest to it.
  // Scatter: one of each core, from each socket, NUMA node and L3 cache in turn.
  std::vector<int> in_turn() const;
  std::vector<int> compact() const;
  std::vector<int> scatter() const;

  // Returns the groups for run.json: {"cores": ["0,64", "1,65"], "l3_groups": ["0-7,64-71"], ...}.
  Json groups() const;

 private:
  std::vector<Cpu> cpus_;
};

// Returns this machine's, as far as this process may use it. Read at the first call, in about 1 ms; where the
// calling thread's affinity has changed since, the CPUs that it excludes are left out.
Topology this_topology();

// The same of a machine that is not there, by hwloc's words: "package:2 core:4 pu:2".
Topology synthetic_topology(const std::string& description);
// And of one that lstopo has written to a file, "machine.xml". Both throw BadUsage if hwloc cannot read it.
Topology topology_from_xml(const std::string& xml);

// Returns those of its CPUs that are in `allowed`.
Topology restricted(const Topology& machine, const std::vector<int>& allowed);

// Returns "0-3,8": a list of CPUs as Linux writes it. `cpus` ascend.
std::string cpu_list(const std::vector<int>& cpus);

}  // namespace harness
