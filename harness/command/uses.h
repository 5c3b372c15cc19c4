// Uses: which command uses which option. An option that would have no effect is a mistake.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "harness/command/options.h"

namespace harness {

// The option, and the commands that use it.
struct UsedBy {
  const CLI::Option* option;
  std::vector<Options::Command> commands;
};

// Returns true for an option of this command, and for one that all have: --help, --version.
bool is_used(const CLI::Option* option, Options::Command by, const std::vector<UsedBy>& uses);

// Throws BadUsage if an option or a filter was given that the command, which is called so, does not use.
void check_use(const Options& options, const std::string& command, const std::vector<UsedBy>& uses);

// Throws BadUsage if an option was given to a run that is resumed, which has its own. What is said of the
// run may be chosen anew.
void check_resume(const Options& options, const std::vector<UsedBy>& uses);

}  // namespace harness
