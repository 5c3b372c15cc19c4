// Options: the command line of bench-all.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/plan.h"
#include "harness/scenario.h"
#include "harness/schedule.h"

namespace harness {

struct Options {
  enum class Command { kRun, kList, kReport, kEnv, kDone };

  Command command = Command::kRun;
  int exit_code = 0;  // of kDone: --help, --version or a mistake, already reported

  Selection selection;
  std::vector<std::string> pythons;
  std::string profile = "quick";
  std::string out;     // empty: results/local/<UTC>-<profile>
  std::string report;  // the folder of `report`
  std::uint64_t seed = 0;
  int launches = 0;  // of a decisive case; of the others, as many as the budget has room for
  int windows = 0;
  Seconds budget = Schedule::kNoBudget;  // for the whole run, with its report
  std::chrono::nanoseconds warmup{}, window{}, timeout{};
  bool dry_run = false, shuffled = true, quiet = false, json = false, no_report = false;
};

// Reports mistakes itself, in one line on stderr.
Options parse_command_line(int argc, char** argv, const std::vector<const Scenario*>& scenarios);

}  // namespace harness
