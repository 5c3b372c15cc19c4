#include "harness/command/verdicts/compare.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/lists.h"
#include "harness/command/subcommand.h"
#include "harness/command/values.h"
#include "harness/command/variables.h"
#include "harness/command/verdicts/ab.h"
#include "harness/command/verdicts/compare_options.h"
#include "harness/command/verdicts/self_test.h"
#include "harness/command/verdicts/verdict_output.h"

namespace harness {
namespace {

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
    "A program may be a wrapper script. It is called with `list --json ...` and with the options "
    "of a run:\n"
    "what only `run` takes it gives by a variable, as BENCH_ALL_INJECTED_DELAY=100\n"
    "Exit codes: 0 nothing is worse; 1 something is; 2 wrong usage; 4 a case was not measured by "
    "both,\n"
    "nothing could be judged, what is worse could not be confirmed or told from chance by so few\n"
    "rounds or, with --strict, a case is undecided or B lacks its p99, CPU time or fairness; 7 "
    "cannot write;\n"
    "129, 130, 143 interrupted: the same command with --resume goes on";
constexpr char kAboutAa[] =
    "Examples: `bench-all aa wakeup --out aa`, then `bench-all ab main HEAD wakeup --floor "
    "aa/aa.json`\n"
    "Exit codes: 0 measured; 2 wrong usage; 3 a case failed; 5 no trial was made in the time\n"
    "or all cases are skipped; 7 cannot write;\n"
    "129, 130, 143 interrupted: the same command with --resume goes on";

void declare_ab(CLI::App& app, CompareOptions& options) {
  auto* command = app.add_subcommand("ab", "is build B slower than build A?");
  command->footer(kAboutAb);
  command->add_option("--a", options.a, "a bench-all, a build folder or a git revision")
      ->check(not_empty());
  command->add_option("--b", options.b, "the same")->check(not_empty());
  command
      ->add_option("--floor", options.floor,
                   "the aa.json that `aa` wrote on this machine: a change that it could not find "
                   "counts as none")
      ->type_name("FILE");
  command
      ->add_option(
          "--injected-delay", options.injected_delay_ns,
          "slow B alone: work that many ns in each operation, to see that this gate finds it")
      ->type_name("NS")
      ->check(number_between(0, 1e9));
  command->add_flag("--strict", options.strict,
                    "undecided cases, and a p99, CPU time or fairness that B lacks, end with 4");
  auto* resume = command->add_flag("--resume", options.resume,
                                   "go on with the rounds that --out has, and add what is missing");
  add_dry_run(*command, options, resume);
  command->add_option("words", options.words, "A and B, unless given by --a and --b; then filters");
  add_format(*command, options.format);
  add_shared(*command, options);
}

void declare_aa(CLI::App& app, CompareOptions& options) {
  auto* command = app.add_subcommand("aa", "how often is `ab` wrong here, and what would it find?");
  command->footer(kAboutAa);
  command->add_option("--a", options.a, "the build; this one if not given")->check(not_empty());
  command
      ->add_option_function<std::string>(
          "--trials",
          [&](const std::string& text) { options.trials = between("--trials", text, 1, 100'000); },
          "comparisons of the build with itself (20); with --power, of each slowdown")
      ->type_name("N");
  command
      ->add_option_function<std::vector<std::string>>(
          "--power", [&](const auto& lists) { options.powers = powers_in(lists); },
          "instead slow B by so many percent, as 5,10: how often is that found?")
      ->type_name("LIST")
      ->allow_extra_args(false);
  add_dry_run(*command, options,
              command->add_flag("--resume", options.resume,
                                "keep the trials that --out has, and add to them"));
  command->add_option("words", options.words, "filters: scenarios or cases");
  add_shared(*command, options);
}

// Each has an app of its own: CLI11 takes the variables of a command's options though another one is named, and both write
// to the same CompareOptions.
struct Command {
  const char* name;
  void (*declare)(CLI::App&, CompareOptions&);
  int (*run)(CompareOptions);
};

constexpr Command kCommands[] = {{"ab", declare_ab, ab}, {"aa", declare_aa, self_test}};

void declare(const Command& command, CLI::App& app, CompareOptions& options) {
  app.name("bench-all");
  app.require_subcommand(1, 1);
  command.declare(app, options);
  accept_variables(app);
}

}  // namespace

std::vector<CommandReference> comparison_commands() {
  std::vector<CommandReference> all;
  for (const auto& each : kCommands) {
    CompareOptions options;
    CLI::App app;
    declare(each, app, options);
    const CLI::App* command = app.get_subcommand(each.name);
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
  const Command& command =
      *std::find_if(std::begin(kCommands), std::end(kCommands),
                    [&](const Command& each) { return is_named(argc, argv, {each.name}); });
  declare(command, app, options);
  if (const auto code = answered(command.name, app, argc, argv)) return *code;
  if (command.run == ab) {
    const auto is_typed = [&](const char* name) {
      const auto& option = *app.get_subcommand(command.name)->get_option(name);
      return option.count() > 0 && !is_from_variable_alone(option, argc, argv);
    };
    options.may_be_named_by_words = !is_typed("--a") && !is_typed("--b");
  }
  remove_variables();
  options.settings.delta = options.delta_percent / 100;
  options.settings.options = options.launch_options;
  if (!options.load.empty()) options.settings.options.push_back("--load=" + options.load);
  return command.run(std::move(options));
}

}  // namespace harness
