// The options that `ab` and `aa` share.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/command/verdicts/verdict_output.h"
#include "harness/rounds/comparison.h"

namespace harness {

struct CompareOptions {
  std::string a, b, out = "compare";
  std::optional<std::string> floor;
  std::vector<std::string> words, launch_options;
  std::string load;  // of --load; empty: none
  ComparisonSettings settings;
  double delta_percent = 5;
  int trials = 20;
  Format format = Format::kTable;
  std::vector<double> powers;               // of `aa`, in percent
  std::optional<double> injected_delay_ns;  // of `ab`, for B alone
  std::optional<int> rounds;  // of --rounds; settings.rounds is what rounds_for() makes of it
  // --a and --b are not typed, but may be from variables: two builds among the words come before these.
  bool may_be_named_by_words = false;
  std::string progress = "auto";
  bool strict = false, quiet = false, resume = false, dry_run = false;
};

void add_shared(CLI::App& command, CompareOptions& options);

// Finds the build, which may have to be built first and is said then, and gives its launches the time that the options ask for. Throws BadUsage.
Build build_for(const CompareOptions& options, const std::string& what);

// Throws BadUsage if an option for launches is one that the comparison itself decides, that the build refuses, or with
// which it would not measure all of these cases.
void check_launch_options(const Build& build, const std::vector<std::string>& cases,
                          const CompareOptions& options);

constexpr int kMostRounds = 10'000;  // that --rounds takes

// The words that options of `ab` and `aa` may have, for completion.
std::map<std::string, std::vector<std::string>> words_of_options();

// Returns as many rounds as --rounds asks for; without it twelve, or as many as tell a change of a single metric of so many
// cases from chance. With a budget for the rounds it is never fewer than those.
int rounds_for(const CompareOptions& options, std::size_t cases, bool have_budget);

// Shows on standard error how far it is, as --progress asks for it. `what` stands before it.
Comparison::Progress progress_of(const CompareOptions& options, const std::string& what);

// Says on standard error where the results are, unless it is to be quiet; and how to go on if it was interrupted.
void say_results(const CompareOptions& options, const std::filesystem::path& folder,
                 const std::string& files);

// Returns the filters, and what else says which cases there are.
std::vector<std::string> selection_of(const CompareOptions& options);

}  // namespace harness
