#include "harness/command/compare.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "harness/base/errors.h"
#include "harness/base/files.h"
#include "harness/base/interruption.h"
#include "harness/base/json.h"
#include "harness/command/subcommand.h"
#include "harness/command/variables.h"
#include "harness/command/verdict_output.h"
#include "harness/judge/comparison.h"
#include "harness/judge/self_test.h"
#include "harness/record/folder.h"

namespace harness {
namespace {

namespace fs = std::filesystem;

struct CompareOptions {
  std::string a, b, out = "compare";
  std::vector<std::string> words, launch_options;
  std::string load;  // of --load; empty: none
  ComparisonSettings settings;
  double delta_percent = 5, budget_minutes = 0;
  int trials = 20;
  Format format = Format::kTable;
  bool strict = false, quiet = false, itself = false;
};

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

// The filters, and what else says which cases there are.
std::vector<std::string> selection_of(const CompareOptions& options) {
  auto words = options.words;
  if (!options.load.empty()) words.push_back("--load=" + options.load);
  return words;
}

// Cases that both builds have.
std::vector<std::string> shared_cases(const Build& a, const Build& b,
                                      const CompareOptions& options) {
  auto cases = a.cases(selection_of(options));
  const auto others = b.cases(selection_of(options));
  std::erase_if(cases, [&](const std::string& name) {
    return std::find(others.begin(), others.end(), name) == others.end();
  });
  if (cases.empty()) throw BadUsage("the two builds have no case in common that matches");
  return cases;
}

int ab(CompareOptions options) {
  if (options.a.empty() != options.b.empty())
    throw BadUsage("ab: give both --a and --b, or neither");
  if (options.a.empty()) {
    if (options.words.size() < 2) {
      throw BadUsage("ab: name two builds, as `ab main HEAD` or `ab --a OLD --b NEW`");
    }
    options.a = options.words[0], options.b = options.words[1];
    options.words.erase(options.words.begin(), options.words.begin() + 2);
  }
  const Build a = Build::find(options.a), b = Build::find(options.b);
  const auto cases = shared_cases(a, b, options);
  const Folder folder(options.out);
  options.settings.scratch = folder.path() / "launch";
  Comparison comparison(a, b, cases, options.settings);
  comparison.run(progress_of(options, ""));
  write_comparison(comparison.result(), folder.path());
  say({comparison.result()}, options.format);
  if (const int signal = interrupted(); signal != 0) return 128 + signal;
  return code_of({comparison.result()}, options.strict);
}

Json json_of(const SelfTest::Row& row) {
  return {{"case", row.name},
          {"metric", facts_of(row.metric).name},
          {"trials", row.trials},
          {"wrong", row.wrong},
          {"wrong_confirmed", row.wrong_confirmed},
          {"rate_upper_95", row.rate_upper},
          {"smallest_effect_found_90", row.smallest_effect}};
}

std::string text_of(const SelfTest& test) {
  std::string text =
      "| case | metric | trials | wrong | rate at most (95 %) | found in 90 % from |\n"
      "| :-- | :-- | --: | --: | --: | --: |\n";
  auto rows = test.rows();
  rows.push_back(test.total());
  for (const auto& row : rows) {
    char cells[160];
    std::snprintf(cells, sizeof cells, "%d | %d | %.2f %% | %+.1f %% |", row.trials, row.wrong,
                  100 * row.rate_upper, 100 * std::expm1(row.smallest_effect));
    text += "| " + row.name + " | " +
            (row.name == "all" ? "" : std::string(facts_of(row.metric).name)) + " | " + cells +
            "\n";
  }
  return text;
}

int aa(CompareOptions options) {
  const Build itself = Build::find(options.a.empty() ? "/proc/self/exe" : options.a);
  const auto cases = itself.cases(selection_of(options));
  const Folder folder(options.out);
  options.settings.scratch = folder.path() / "launch";
  SelfTest test;
  for (int trial = 0; trial < options.trials && interrupted() == 0; ++trial) {
    Comparison comparison(itself, itself, cases, options.settings);
    comparison.run(progress_of(options, "trial " + std::to_string(trial + 1) + ", "));
    test.add(comparison, options.settings.delta);
    ++options.settings.seed;
  }
  Json all = Json::array();
  for (const auto& row : test.rows()) all.push_back(json_of(row));
  write_file(folder.path() / "aa.json", Json{{"rounds", options.settings.rounds},
                                             {"delta", options.settings.delta},
                                             {"total", json_of(test.total())},
                                             {"cases", all}}
                                                .dump(1) +
                                            "\n");
  write_file(folder.path() / "aa.md", text_of(test));
  std::cout << text_of(test);
  if (const int signal = interrupted(); signal != 0) return 128 + signal;
  return kOk;
}

}  // namespace

namespace {

// Adds the two commands and their options.
void declare(CLI::App& app, CompareOptions& options) {
  app.name("bench-all");
  app.require_subcommand(1, 1);
  app.footer(
      "Exit codes: 0 nothing is worse; 1 something is; 2 wrong usage; 4 a case was not measured by "
      "both,\n"
      "or with --strict is undecided; 130, 143 interrupted");
  auto* ab_command = app.add_subcommand("ab", "is build B slower than build A?");
  ab_command->add_option("--a", options.a, "a bench-all, a build folder or a git revision");
  ab_command->add_option("--b", options.b, "the same");
  ab_command->add_flag("--strict", options.strict, "undecided cases end with 4");
  ab_command->add_option("words", options.words,
                         "A and B, unless given by --a and --b; then filters");
  add_format(*ab_command, options.format);
  add_shared(*ab_command, options);
  auto* aa_command =
      app.add_subcommand("aa", "how often is `ab` wrong here, and what would it find?");
  aa_command->add_option("--a", options.a, "the build; this one if not given");
  aa_command->add_option("--trials", options.trials, "comparisons of the build with itself")
      ->check(CLI::Range(1, 100'000));
  aa_command->add_option("words", options.words, "filters: scenarios or cases");
  add_shared(*aa_command, options);
  accept_variables(app);
}

}  // namespace

std::vector<CommandReference> comparison_commands() {
  CompareOptions options;
  CLI::App app;
  declare(app, options);
  std::vector<CommandReference> all;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    all.push_back({command->get_name(), command->get_description(), options_of(*command, {}), {}});
  }
  return all;
}

int compare(int argc, char** argv) {
  CompareOptions options;
  options.settings.seed = std::random_device()();
  CLI::App app{"Compares builds by rounds of neighbouring fresh processes."};
  declare(app, options);
  if (const auto code = answered(argv[1], app, argc, argv)) return *code;
  remove_variables();
  options.settings.delta = options.delta_percent / 100;
  options.settings.options = options.launch_options;
  if (!options.load.empty()) options.settings.options.push_back("--load=" + options.load);
  if (options.budget_minutes > 0) {
    options.settings.budget = std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::duration<double, std::ratio<60>>(options.budget_minutes));
  }
  return app.got_subcommand("ab") ? ab(std::move(options)) : aa(std::move(options));
}

}  // namespace harness
