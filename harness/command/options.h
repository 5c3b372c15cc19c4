// Options: the command line of bench-all.
#pragma once

#include <string>
#include <vector>

#include "harness/plan/plan.h"
#include "harness/run/settings.h"
#include "harness/scenario.h"

namespace harness {

struct Options : RunSettings {
  enum class Command { kRun, kList, kReport, kEnv, kDone };

  Command command = Command::kRun;
  int exit_code = 0;  // of kDone: --help, --version or a mistake, already reported

  Selection selection;
  std::vector<std::string> pythons;
  std::string report;  // the folder of `report`
  bool dry_run = false, json = false;
};

// Reports mistakes itself, in one line on stderr.
Options parse_command_line(int argc, char** argv, const std::vector<const Scenario*>& scenarios);

}  // namespace harness
