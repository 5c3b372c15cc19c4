#include "harness/command/verdicts/compare_options.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>

#include "harness/base/errors.h"
#include "harness/base/interruption.h"
#include "harness/base/lists.h"
#include "harness/command/subcommand.h"
#include "harness/command/values.h"
#include "harness/command/verdicts/round_progress.h"

namespace harness {
namespace {

using namespace std::chrono_literals;

constexpr int kMostWindows = 16;

// Options of `run` that are the comparison's own. So are all that are a letter, alone or bundled: of a launch there are none.
const std::vector<std::string> kDecided = {
    "--launches", "--list",     "--help",    "--help-all", "--version",     "--out",
    "--resume",   "--baseline", "--dry-run", "--format",   "--exclude",     "--no-report",
    "--quiet",    "--progress", "--lenient", "--strict",   "--time-budget", "--save-baseline"};

std::string name_of(const std::string& option) { return option.substr(0, option.find('=')); }

// Far longer than a launch that hangs takes, which the program ends by itself (--timeout).
std::chrono::nanoseconds patience_of(const std::vector<std::string>& options) {
  std::chrono::nanoseconds patience = 3min;
  for (const auto& option : options) {
    const std::string name = name_of(option);
    if (name != "--timeout" && name != "--window" && name != "--warmup") continue;
    try {
      patience +=
          kMostWindows * duration(name, option.substr(std::min(name.size() + 1, option.size())));
    } catch (const BadUsage&) {  // the program refuses it, too
    }
  }
  return patience;
}

}  // namespace

Build build_for(const CompareOptions& options, const std::string& what) {
  Build build = Build::find(what, [&](const std::string& text) {
    if (!options.quiet) std::cerr << "bench-all: " << text << std::endl;
  });
  build.wait_at_most(patience_of(options.launch_options));
  return build;
}

void check_launch_options(const Build& build, const std::vector<std::string>& cases,
                          const CompareOptions& options) {
  for (const auto& option : options.launch_options) {
    if (name_of(option) == "--injected-delay") {
      throw BadUsage("--launch-option: " + in_quotes(option) +
                     " would slow both builds alike; slow B alone by `ab --injected-delay NS`, or "
                     "see by `aa --power 5` how often that is found");
    }
    if (!option.starts_with("--") || option == "--" || contains(kDecided, name_of(option))) {
      throw BadUsage("--launch-option: " + in_quotes(option) +
                     " is not for a single launch; give what changes a measurement, as "
                     "--launch-option=--window=20ms");
    }
  }
  if (!options.settings.options.empty()) build.check(cases, options.settings.options);
}

void add_shared(CLI::App& command, CompareOptions& options) {
  command
      .add_option_function<std::string>(
          "--rounds",
          [&](const std::string& text) {
            options.rounds = between("--rounds", text, 1, kMostRounds);
          },
          "rounds of one launch of each build; more from 21 cases on (12)")
      ->type_name("N");
  command
      .add_option("--delta", options.delta_percent,
                  "smallest difference that matters, in percent (5)")
      ->check(number_between(0.1, 1000));
  command.add_option_function<std::string>(
      "--seed", [&](const std::string& text) { options.settings.seed = seed_of(text); },
      "of the order of cases");
  command.add_option("-o,--out", options.out, "folder for the results (compare)")->type_name("DIR");
  command
      .add_option_function<std::string>(
          "-t,--time-budget",
          [&](const std::string& text) {
            options.settings.budget = duration("--time-budget", text);
          },
          "as 10m. Rounds, or trials of `aa`, that do not fit are left out")
      ->type_name("TIME");
  command
      .add_option(
          "--launch-option", options.launch_options,
          "an option of `run` for each launch, as --launch-option=--window=20ms; repeatable")
      ->allow_extra_args(false);
  command.add_option("--load", options.load, "CPU-bound work beside the parties, as of `run`")
      ->type_name("LIST")
      ->check(not_empty());
  command.add_flag("-q,--quiet", options.quiet, "no progress");
  command
      .add_option("--progress", options.progress,
                  "auto (default): a line that is rewritten, on a terminal; plain: lines; none")
      ->type_name("HOW")
      ->check(
          CLI::IsMember(std::vector<std::string>(kProgressWords.begin(), kProgressWords.end())));
}

std::map<std::string, std::vector<std::string>> words_of_options() {
  return {{"--progress", {kProgressWords.begin(), kProgressWords.end()}},
          {"--format", {"table", "md", "json", "junit", "github"}}};
}

int rounds_for(const CompareOptions& options, std::size_t cases, bool have_budget) {
  const int telling = rounds_that_discover(cases * std::size(kMetrics));
  if (options.rounds && !have_budget) return *options.rounds;
  return std::max(options.rounds.value_or(ComparisonSettings().rounds), telling);
}

Comparison::Progress progress_of(const CompareOptions& options, const std::string& what) {
  const auto style = progress_style(options.quiet ? "none" : options.progress);
  const auto shown = std::make_shared<RoundProgress>(std::cerr, style, what);
  return [shown](int round, int rounds, const std::string& phase) {
    shown->show(round, rounds, phase);
  };
}

void say_results(const CompareOptions& options, const std::filesystem::path& folder,
                 const std::string& files) {
  if (options.quiet) return;
  std::cout << std::flush;
  std::cerr << "bench-all: results: " << one_line(folder.string()) << " (" << files << ")"
            << (interrupted() != 0 ? "; interrupted, the same command with --resume goes on" : "")
            << std::endl;
}

std::vector<std::string> selection_of(const CompareOptions& options) {
  auto words = options.words;
  if (!options.load.empty()) words.push_back("--load=" + options.load);
  return words;
}

}  // namespace harness
