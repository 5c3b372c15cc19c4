// What `bench-all run --help` prints, and that of list, env, report, man and completion: its own options, which all of
// them share with the main command.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "harness/command/raw_options.h"

namespace harness {

// Takes from `app`, which declare() has made, what the named command does not use; it parses no more after that.
std::string help_of(CLI::App& app, Options::Command command, const std::string& name,
                    const RawOptions& raw);

}  // namespace harness
