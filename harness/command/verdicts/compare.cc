#include "harness/command/verdicts/compare.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/base/counted.h"
#include "harness/base/errors.h"
#include "harness/base/files.h"
#include "harness/base/interruption.h"
#include "harness/base/json.h"
#include "harness/base/lists.h"
#include "harness/command/subcommand.h"
#include "harness/command/values.h"
#include "harness/command/variables.h"
#include "harness/command/verdicts/compare_options.h"
#include "harness/command/verdicts/delay_use.h"
#include "harness/command/verdicts/dry_run.h"
#include "harness/command/verdicts/self_test.h"
#include "harness/command/verdicts/settings_log.h"
#include "harness/command/verdicts/verdict_output.h"
#include "harness/judge/reports/self_test_report.h"
#include "harness/judge/run_facts.h"
#include "harness/rounds/comparison.h"

namespace harness {
namespace {

// The cases of two builds that match.
struct Cases {
  std::vector<std::string> shared, only_a, only_b;
};

Cases cases_of(const Build& a, const Build& b, const CompareOptions& options) {
  const auto in_a = a.cases(selection_of(options)), in_b = b.cases(selection_of(options));
  Cases cases;
  for (const auto& name : in_a)
    (contains(in_b, name) ? cases.shared : cases.only_a).push_back(name);
  for (const auto& name : in_b) {
    if (!contains(in_a, name)) cases.only_b.push_back(name);
  }
  if (cases.shared.empty()) throw BadUsage("the two builds have no case in common that matches");
  return cases;
}

// What all rounds of a folder have in common. The seed orders them only, and more time may be given later.
Json settings_of(const CompareOptions& options, const Build& a, const Build& b,
                 const std::vector<std::string>& cases) {
  Json floors = Json::array();
  for (const auto& [key, floor] : options.settings.floors) {
    floors.push_back({key.first, facts_of(key.second).name, floor});
  }
  Json settings = {{"event", "ab"},
                   {"a", a.identity()},
                   {"b", b.identity()},
                   {"rounds", options.settings.rounds},
                   {"rounds_asked", options.rounds ? Json(*options.rounds) : Json()},
                   {"delta", options.settings.delta},
                   {"options", options.settings.options},
                   {"filters", options.words},
                   {"cases", cases},
                   {"floors", floors},
                   {kMachine, measured_on()}};
  if (options.injected_delay_ns) settings["injected_delay_ns"] = *options.injected_delay_ns;
  return settings;
}

// Slows B of each case; A runs the same code, which adds nothing. Leaves out, and says, which cases take no delay. Returns
// false if it was interrupted; throws BadUsage if none takes one.
bool slow_b(const Build& b, std::vector<std::string>& cases, CompareOptions& options) {
  const auto found = ask_for_delay(b, cases, options);
  if (!found) return false;
  const std::string option = "ab --injected-delay", said = delay_takers_text(option, *found);
  if (!found->others.empty()) std::cerr << "bench-all: " << option << ": " << said << std::endl;
  cases = found->takers;
  for (const auto& name : cases) {
    options.settings.options_of_pair[name] = {{injected_delay(0)},
                                              {injected_delay(*options.injected_delay_ns)}};
  }
  return true;
}

Pair pair_of(const Json& line, const std::vector<std::string>& cases) {
  Pair pair = pair_from(line);
  if (!contains(cases, pair.name)) throw std::out_of_range("a pair of another case");
  return pair;
}

// How many rounds there are to be. Those of a folder stay as many, though a budget is given later.
int rounds_of(const CompareOptions& options, std::size_t cases, const SettingsLog& log) {
  const Json begun_with = options.resume ? log.settings_in(options.out) : Json();
  const Json rounds = begun_with.is_object() ? begun_with.value("rounds", Json()) : Json();
  if (rounds.is_number_integer() && rounds >= 1 && rounds <= kMostRounds) return rounds.get<int>();
  return rounds_for(options, cases, options.settings.budget.has_value());
}

// What holds for all rows.
void warn_of(const CompareOptions& options, const Cases& cases, const Floors& floors,
             const Json& settings, Comparison& comparison) {
  for (const auto& doubt : floors.doubts) comparison.warn(doubt);
  if (options.injected_delay_ns) {
    comparison.warn("B was slowed on purpose: --injected-delay");
  } else if (settings.at("a").at("content") == settings.at("b").at("content")) {
    comparison.warn("A and B are the same program, so that only chance makes them differ");
  }
  if (cases.only_b.empty()) return;
  comparison.warn("A does not have " + counted(cases.only_b.size(), "case") + ": " +
                  few_of(cases.only_b));
}

// Whether it names a build; a filter names none.
bool is_build(const std::string& word) try {
  Build::look_for(word);
  return true;
} catch (const BadUsage&) {
  return false;
}

int ab(CompareOptions options) {
  if (options.a.empty() != options.b.empty())
    throw BadUsage("ab: give both --a and --b, or neither");
  if (options.may_be_named_by_words && options.words.size() >= 2 && is_build(options.words[0]) &&
      is_build(options.words[1])) {
    options.a.clear(), options.b.clear();  // the command line has precedence
  }
  if (options.a.empty()) {
    if (options.words.size() < 2) {
      throw BadUsage("ab: name two builds, as `ab main HEAD` or `ab --a OLD --b NEW`");
    }
    options.a = options.words[0], options.b = options.words[1];
    options.words.erase(options.words.begin(), options.words.begin() + 2);
  }
  if (options.dry_run) return plan_ab(options);
  const Build a = build_for(options, options.a), b = build_for(options, options.b);
  auto cases = cases_of(a, b, options);
  for (const auto* build : {&a, &b}) check_launch_options(*build, cases.shared, options);
  if (options.injected_delay_ns && !slow_b(b, cases.shared, options)) return 128 + interrupted();
  SettingsLog log(kRoundsLog);
  options.settings.rounds = rounds_of(options, cases.shared.size(), log);
  Floors floors;
  if (options.floor) {
    floors = floors_from("--floor", *options.floor, cases.shared, options.settings);
    options.settings.floors = floors.by_case;
  }
  std::vector<Pair> made;
  const Json settings = settings_of(options, a, b, cases.shared);
  const FinishFirst finish;  // what was measured is judged and written
  log.open(options.out, options.resume, settings,
           [&](const Json& line) { made.push_back(pair_of(line, cases.shared)); });
  options.settings.scratch = log.folder() / kScratch;
  Comparison comparison(a, b, cases.shared, options.settings);
  for (const auto& name : cases.only_a) comparison.leave_out(name, "B does not have it");
  warn_of(options, cases, floors, settings, comparison);
  comparison.go_on_from(made, [&](const Pair& pair) { log.append(json_of(pair)); });
  if (options.resume && !options.quiet) {
    std::cerr << "bench-all: going on with "
              << counted(made.size(), "pair of launches", "pairs of launches") << " from "
              << one_line(log.folder().string()) << std::endl;
  }
  comparison.run(progress_of(options, ""));
  a.expect_as_it_was("A", settings.at("a"));
  b.expect_as_it_was("B", settings.at("b"));
  auto result = comparison.result();
  result.about = {"A: " + a.about(), "B: " + b.about()};
  log.expect_in_place();
  write_comparison(result, log.folder());
  say({result}, options.format);
  say_results(options, log.folder(), "compare.md, compare.csv, compare.json");
  if (const int signal = interrupted(); signal != 0) return 128 + signal;
  return code_of({result}, options.strict);
}

// "5,10", or one list for each time that the option is given.
std::vector<double> powers_in(const std::vector<std::string>& lists) {
  std::vector<double> powers;
  for (const auto& list : lists) {
    for (const auto& percent : split(list, ',')) {
      powers.push_back(decimal("--power", percent, 0.1, 1000));
    }
  }
  return powers;
}

void add_dry_run(CLI::App& command, CompareOptions& options, CLI::Option* resume) {
  command
      .add_flag("-n,--dry-run", options.dry_run,
                "say which builds, cases and how many launches; build and measure nothing")
      ->excludes(resume);
}

constexpr char kAboutAb[] =
    "Examples: `bench-all ab main HEAD wakeup`, `bench-all ab --a ./old --b ./new --rounds 20`\n"
    "Metrics: rate of operations, their p50 and p99, cpu_per_op (CPU time of one), fairness\n"
    "(Jain's index of the parties' shares)\n"
    "Exit codes: 0 nothing is worse; 1 something is; 2 wrong usage; 4 a case was not measured by "
    "both,\n"
    "nothing could be judged, no time was left to confirm what is worse or, with --strict, a case "
    "is\n"
    "undecided or B lacks its p99, CPU time or fairness; 7 cannot write;\n"
    "129, 130, 143 interrupted: the same command with --resume goes on";
constexpr char kAboutAa[] =
    "Examples: `bench-all aa wakeup --out aa`, then `bench-all ab main HEAD wakeup --floor "
    "aa/aa.json`\n"
    "Exit codes: 0 measured; 2 wrong usage; 3 a case failed; 5 no trial was made in the time; 7 "
    "cannot write;\n"
    "129, 130, 143 interrupted: the same command with --resume goes on";

// Adds the two commands and their options.
void declare(CLI::App& app, CompareOptions& options) {
  app.name("bench-all");
  app.require_subcommand(1, 1);
  auto* ab_command = app.add_subcommand("ab", "is build B slower than build A?");
  ab_command->footer(kAboutAb);
  ab_command->add_option("--a", options.a, "a bench-all, a build folder or a git revision")
      ->check(not_empty());
  ab_command->add_option("--b", options.b, "the same")->check(not_empty());
  ab_command
      ->add_option("--floor", options.floor,
                   "the aa.json that `aa` wrote on this machine: a change that it could not find "
                   "counts as none")
      ->type_name("FILE");
  ab_command
      ->add_option(
          "--injected-delay", options.injected_delay_ns,
          "slow B alone: work that many ns in each operation, to see that this gate finds it")
      ->type_name("NS")
      ->check(number_between(0, 1e9));
  ab_command->add_flag("--strict", options.strict,
                       "undecided cases, and a p99, CPU time or fairness that B lacks, end with 4");
  auto* resume = ab_command->add_flag(
      "--resume", options.resume, "go on with the rounds that --out has, and add what is missing");
  add_dry_run(*ab_command, options, resume);
  ab_command->add_option("words", options.words,
                         "A and B, unless given by --a and --b; then filters");
  add_format(*ab_command, options.format);
  add_shared(*ab_command, options);
  auto* aa_command =
      app.add_subcommand("aa", "how often is `ab` wrong here, and what would it find?");
  aa_command->add_option("--a", options.a, "the build; this one if not given")->check(not_empty());
  aa_command
      ->add_option_function<std::string>(
          "--trials",
          [&](const std::string& text) { options.trials = between("--trials", text, 1, 100'000); },
          "comparisons of the build with itself (20); with --power, of each slowdown")
      ->type_name("N");
  aa_command
      ->add_option_function<std::vector<std::string>>(
          "--power", [&](const auto& lists) { options.powers = powers_in(lists); },
          "instead slow B by so many percent, as 5,10: how often is that found?")
      ->type_name("LIST")
      ->allow_extra_args(false);
  add_dry_run(*aa_command, options,
              aa_command->add_flag("--resume", options.resume,
                                   "keep the trials that --out has, and add to them"));
  aa_command->add_option("words", options.words, "filters: scenarios or cases");
  add_shared(*aa_command, options);
  aa_command->footer(kAboutAa);
  accept_variables(app);
}

}  // namespace

std::vector<CommandReference> comparison_commands() {
  CompareOptions options;
  CLI::App app;
  declare(app, options);
  std::vector<CommandReference> all;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    all.push_back({command->get_name(),
                   command->get_description(),
                   options_of(*command, words_of_options()),
                   {}});
  }
  return all;
}

int compare(int argc, char** argv) {
  CompareOptions options;
  options.settings.seed = std::random_device()();
  CLI::App app{"Compares builds by rounds of neighbouring fresh processes."};
  declare(app, options);
  if (const auto code = answered(argv[1], app, argc, argv)) return *code;
  if (const auto* named = app.get_subcommand("ab"); named->parsed()) {
    options.may_be_named_by_words =
        is_from_variable(*named->get_option("--a")) && !is_typed("--a", argc, argv) &&
        is_from_variable(*named->get_option("--b")) && !is_typed("--b", argc, argv);
  }
  remove_variables();
  options.settings.delta = options.delta_percent / 100;
  options.settings.options = options.launch_options;
  if (!options.load.empty()) options.settings.options.push_back("--load=" + options.load);
  return app.got_subcommand("ab") ? ab(std::move(options)) : self_test(std::move(options));
}

}  // namespace harness
