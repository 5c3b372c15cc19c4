// Stored runs made for tests: one case, with a rate for each launch.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/base/json.h"
#include "harness/judge/stored_run.h"

namespace harness::testing {

inline Json facts_of_run() {
  return {{"event", "run"},
          {"run_id", "r"},
          {"host", {{"cpu_model", "Fast 1"}, {"cpus", 4}, {"kernel", "6.1.0-13-amd64"}}},
          {"build", {{"type", "Release"}, {"flags", "-O3"}}}};
}

inline StoredRun run_of(std::vector<double> rates, Json facts = facts_of_run()) {
  StoredRun run{"run", std::move(facts), {}};
  run.cases["a/x:1"][Metric::kRate] = std::move(rates);
  return run;
}

inline const std::vector<double> kBase = {100, 101, 99, 100.5, 99.5, 100.2};

// Returns kBase, each of them times `factor`.
inline std::vector<double> times(double factor) {
  std::vector<double> values;
  for (const double value : kBase) values.push_back(value * factor);
  return values;
}

}  // namespace harness::testing
