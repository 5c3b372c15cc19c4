// RunSettings: how a run measures, as the command line and its profile have decided.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/plan/programs.h"
#include "harness/plan/schedule.h"

namespace harness {

struct RunSettings {
  std::string profile = "quick";
  std::string out;     // empty: results/local/<UTC>-<profile>
  std::string resume;  // a folder that an earlier run wrote: go on with it; empty: a new run
  std::map<std::string, std::string> variables = {};  // that gave options, for run.json
  std::uint64_t seed = 0;
  int launches = 0;  // of a decisive case; of the others, as many as the budget has room for
  int windows = 0;
  Seconds budget = Schedule::kNoBudget;  // for the whole run, with its report
  std::chrono::nanoseconds warmup{}, window{}, timeout{};
  std::vector<Program> programs = {};
  std::string progress = "auto";                 // or "plain", "none" (progress.h)
  std::optional<double> injected_delay_ns = {};  // in each operation (scenario.h)
  bool shuffled = true, quiet = false, no_report = false;
};

}  // namespace harness
