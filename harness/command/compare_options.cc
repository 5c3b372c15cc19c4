#include "harness/command/compare_options.h"

#include <iostream>

namespace harness {

void add_shared(CLI::App& command, CompareOptions& options) {
  command.add_option("--rounds", options.settings.rounds, "rounds of one launch of each build")
      ->check(CLI::Range(1, 10'000));
  command
      .add_option("--delta", options.delta_percent, "smallest difference that matters, in percent")
      ->check(CLI::Range(0.1, 1000.0));
  command.add_option("--seed", options.settings.seed, "of the order of cases");
  command.add_option("-o,--out", options.out, "folder for the results")->type_name("DIR");
  command
      .add_option("-t,--time-budget", options.budget_minutes,
                  "in minutes; rounds that do not fit are left out")
      ->check(CLI::Range(0.01, 10'000.0));
  command
      .add_option(
          "--launch-option", options.launch_options,
          "an option of `run` for each launch, as --launch-option=--window=20ms; repeatable")
      ->allow_extra_args(false);
  command.add_option("--load", options.load, "CPU-bound work beside the parties, as of `run`")
      ->type_name("LIST");
  command.add_flag("-q,--quiet", options.quiet, "no progress");
}

Comparison::Progress progress_of(const CompareOptions& options, const std::string& what) {
  if (options.quiet) return [](int, int, const std::string&) {};
  return [what](int round, int rounds, const std::string& phase) {
    std::cerr << "\r" << what << phase << " " << round << " of " << rounds << "   " << std::flush;
    if (round == rounds) std::cerr << "\n";
  };
}

std::vector<std::string> selection_of(const CompareOptions& options) {
  auto words = options.words;
  if (!options.load.empty()) words.push_back("--load=" + options.load);
  return words;
}

}  // namespace harness
