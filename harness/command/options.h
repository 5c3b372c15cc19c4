// Options: the command line of bench-all.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/command/reference.h"
#include "harness/plan/plan.h"
#include "harness/run/settings.h"
#include "harness/scenario.h"

namespace harness {

struct Options : RunSettings {
  enum class Command { kRun, kList, kReport, kEnv, kManual, kCompletion, kAnswer };

  Command command = Command::kRun;
  std::string answer;  // of kAnswer: what --help or --version prints

  Selection selection;
  std::vector<std::string> pythons;
  std::vector<std::string> reports;                    // the folders of `report`
  std::string report_format;                           // what it prints; empty: the answers
  std::optional<std::string> baseline, save_baseline;  // of `run`
  std::string shell;                                   // of `completion`
  bool dry_run = false, json = false;
};

// Throws BadUsage.
Options parse_command_line(int argc, char** argv, const std::vector<const Scenario*>& scenarios);

// The commands and options, for the manual and for completion; without those of compare.h.
Reference reference_of(const std::vector<const Scenario*>& scenarios);

}  // namespace harness
