// The axis `workers`: how many threads or processes take part.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/scenario.h"

namespace scenarios {

// Most that a scenario takes: as many as a process tree may have at gilfree's primitives, 1023, with some to
// spare for the process that measures and for an interpreter's own.
inline constexpr std::int64_t kMostParties = 1000;

// Returns the value of the axis. Skips the point unless it is from 1 to kMostParties.
inline int workers_of(const harness::Run& run) {
  const auto workers = run["workers"];
  if (workers < 1 || workers > kMostParties) {
    run.skip("from 1 to " + std::to_string(kMostParties) + " workers");
  }
  return static_cast<int>(workers);
}

// For Scenario::parties.
inline std::int64_t tallies_of_workers(const harness::Point& point) { return point["workers"]; }

// The numbers of a sweep: `first`, and on a machine with more CPUs than that powers of two up to twice as many, and
// as many as CPUs.
inline std::vector<harness::Parameter::Value> up_to_all_cpus(std::vector<std::int64_t> first,
                                                             std::int64_t cpus) {
  cpus = std::min(cpus, kMostParties);
  for (auto number = *std::max_element(first.begin(), first.end()); 2 * number <= 2 * cpus;) {
    number *= 2;
    if (number > cpus && number / 2 < cpus) first.push_back(cpus);
    if (number <= kMostParties) first.push_back(number);
  }
  return {first.begin(), first.end()};
}

}  // namespace scenarios
