// Placement: which CPU each worker of a measurement stays on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/base/cpus.h"
#include "harness/base/topology.h"
#include "harness/scenario.h"

namespace scenarios {

using harness::allowed_cpus;
using harness::stay_on;

// Returns how many this program may use. Asked once: sweeps ask for each of their points.
inline std::int64_t count_of_cpus() {
  static const auto count = static_cast<std::int64_t>(allowed_cpus().size());
  return count;
}

// Returns "0;1", the form of the column `cpus`.
std::string joined(const std::vector<int>& cpus);

// The CPUs of two workers.
struct CpuPair {
  int one, other;
};

// The axis `--placement` of scenarios with two workers. Its sweep has `apart`, `together`, and what else
// differs on this machine; the command line may name each nearness (topology.h).
harness::Parameter placement_axis(const harness::Topology& machine = harness::this_topology());

// Returns true if both workers run on one CPU.
template <typename PointOrRun>
bool is_on_one_cpu(const PointOrRun& point) {
  return point.text("placement") == "together" || point.text("placement") == "same";
}

// Places two workers by the axis. Skips the point if this machine has no such pair of CPUs.
CpuPair place_two(harness::Run& run, const harness::Topology& machine = harness::this_topology());

// The axis `--placement` of scenarios with any number of workers. Swept, they are placed in turn, which
// `apart` means too; that, `together` and `same` (one CPU for all), `compact` and `scatter` are for the
// command line.
harness::Parameter spread_axis();

// Places any number of workers by the axis, and keeps them there, so that they meet and every launch is
// placed alike: in turn, each has a core of its own while there are some left.
std::vector<int> place_in_turn(harness::Run& run, int workers,
                               const harness::Topology& machine = harness::this_topology());

}  // namespace scenarios
