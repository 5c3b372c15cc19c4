// Placement: which CPU each worker of a measurement stays on.
#pragma once

#include <string>
#include <vector>

#include "harness/base/cpus.h"
#include "harness/scenario.h"

namespace scenarios {

using harness::allowed_cpus;
using harness::stay_on;

// Returns "0;1", the form of the column `cpus`.
inline std::string joined(const std::vector<int>& cpus) {
  std::string text;
  for (const int cpu : cpus) text += (text.empty() ? "" : ";") + std::to_string(cpu);
  return text;
}

// The CPUs of two workers.
struct CpuPair {
  int one, other;
};

// The axis `--placement` of scenarios with two workers.
inline harness::Parameter placement_axis() {
  return {.name = "placement",
          .column = "placement",
          .sweep = {"apart", "together"},
          .meaning = "one core for each of the two, or one for both",
          .alias = "cpus"};
}

// Places two workers by the axis. Skips the point if it needs two CPUs and only one is allowed.
inline CpuPair place_two(harness::Run& run) {
  const auto allowed = allowed_cpus();
  const bool apart = run.text("placement") == "apart";
  if (apart && allowed.size() < 2)
    run.skip("only one CPU is allowed; ask for --placement together");
  const CpuPair cpus{allowed[0], apart ? allowed[1] : allowed[0]};
  run.note("cpus", joined({cpus.one, cpus.other}));
  run.note("placement", apart ? "core" : "same core");
  return cpus;
}

// Places any number of workers: deals them out to the allowed CPUs in turn, and keeps them there, so
// that they meet and every launch is placed alike.
inline std::vector<int> place_in_turn(harness::Run& run, int workers) {
  const auto allowed = allowed_cpus();
  std::vector<int> cpus;
  for (int worker = 0; worker < workers; ++worker) {
    cpus.push_back(allowed[static_cast<std::size_t>(worker) % allowed.size()]);
  }
  run.note("cpus", joined(cpus));
  run.note("placement", allowed.size() > 1 ? "in turn" : "same core");
  return cpus;
}

}  // namespace scenarios
