// RunSettings: how a run measures, as the command line and its profile have decided.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "harness/plan/schedule.h"

namespace harness {

struct RunSettings {
  std::string profile = "quick";
  std::string out;  // empty: results/local/<UTC>-<profile>
  std::uint64_t seed = 0;
  int launches = 0;  // of a decisive case; of the others, as many as the budget has room for
  int windows = 0;
  Seconds budget = Schedule::kNoBudget;  // for the whole run, with its report
  std::chrono::nanoseconds warmup{}, window{}, timeout{};
  bool shuffled = true, quiet = false, no_report = false;
};

}  // namespace harness
