// RawOptions: the options of bench-all as CLI11 fills them, and what each of them says of itself.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/command/options.h"
#include "harness/command/uses.h"

namespace harness {

// What CLI11 fills before it is checked.
struct RawOptions {
  std::string order = "random";
  std::optional<std::string> out, resume, seed, warmup, window, timeout, budget, launches, windows,
      injected_delay;
  bool list = false;
  std::vector<std::string> programs;
  std::vector<UsedBy> uses;
  std::map<std::string, std::vector<std::string>> words;  // by option: what its value may be

  CLI::Option* used_by(std::vector<Options::Command> commands, CLI::Option* option) {
    uses.push_back({option, std::move(commands)});
    return option;
  }
};

// Adds all commands and options. Parsing then writes `options` and `raw`, which options.cc checks.
void declare(CLI::App& app, const std::vector<const Scenario*>& scenarios, Options& options,
             RawOptions& raw);

}  // namespace harness
