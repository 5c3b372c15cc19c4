#include "harness/command/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <map>
#include <optional>
#include <random>

#include "harness/base/errors.h"
#include "harness/base/lists.h"
#include "harness/command/completion.h"
#include "harness/command/uses.h"
#include "harness/command/values.h"
#include "harness/command/variables.h"
#include "harness/record/environment.h"
#include "harness/run/progress.h"

namespace harness {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

struct Profile {
  int launches, windows;
  nanoseconds warmup, window;
  Seconds budget;
  milliseconds timeout;
};

// Six launches are the fewest that give a 95 % interval for a median (results/README.md). A warm-up
// under 30 ms still has page faults of a ring of 1 MiB messages in its first window.
const std::map<std::string, Profile> kProfiles = {
    {"smoke", {1, 1, 10ms, 50ms, Schedule::kNoBudget, 20s}},
    {"quick", {6, 1, 35ms, 55ms, 140s, 20s}},
    {"full", {12, 3, 50ms, 300ms, 45min, 60s}},
};

// Two columns, since there are many.
std::string footer() {
  std::string text =
      "Two builds: `bench-all ab --help`, `bench-all aa --help`\n"
      "Two runs: `bench-all compare --help`; many machines: `bench-all fleet --help`\n"
      "Breaking primitives: `bench-all stress --help`\n"
      "Each option may also be given by a variable: --time-budget by BENCH_ALL_TIME_BUDGET\n\n"
      "Exit codes:\n";
  for (const auto& [code, meaning] : exit_code_meanings()) {
    text += "  " + std::string(code) + "  " + meaning + "\n";
  }
  return text;
}

using Command = Options::Command;

// What CLI11 fills before it is checked.
struct Raw {
  std::string order = "random";
  std::optional<std::string> out, resume, seed, warmup, window, timeout, budget, launches, windows;
  bool list = false;
  std::vector<std::string> programs;
  std::vector<UsedBy> uses;
  std::map<std::string, std::vector<std::string>> words;  // by option: what its value may be

  CLI::Option* used_by(std::vector<Command> commands, CLI::Option* option) {
    uses.push_back({option, std::move(commands)});
    return option;
  }
};

void add_axes(CLI::App& app, const std::vector<const Scenario*>& scenarios, Options& options,
              Raw& raw) {
  std::map<std::string, std::string> meanings, aliases;
  for (const auto* scenario : scenarios) {
    for (const auto& parameter : scenario->parameters) {
      if (parameter.kind == Parameter::Kind::kInterpreter) continue;
      meanings.emplace(parameter.name, parameter.meaning);
      auto& words = raw.words["--" + std::string(parameter.name)];
      for (const auto* values : {&parameter.sweep, &parameter.more}) {
        for (const auto& value : *values) add_once(words, to_string(value));
      }
      if (!parameter.alias.empty()) aliases[std::string(parameter.name)] = parameter.alias;
    }
  }
  for (const auto& [name, meaning] : meanings) {
    const auto keep = [&options, name = name](const std::string& text) {
      options.selection.axes[name] = text;
    };
    const std::string words = "--" + name + (aliases.count(name) > 0 ? ",--" + aliases[name] : "");
    raw.used_by({Command::kRun, Command::kList},
                app.add_option_function<std::string>(words, keep, meaning))
        ->type_name("LIST")
        ->group("Axes (a list 8,64,1k or a range 1:16:*2)");
  }
}

// Which cases: for `run` and for `list`.
void add_selection(CLI::App& app, Options& options, Raw& raw) {
  const std::vector<Command> both{Command::kRun, Command::kList};
  app.add_option("filter", options.selection.filters, "regular expressions: scenarios or cases");
  raw.used_by(both, app.add_option("--exclude", options.selection.excludes,
                                   "leave out the cases that match"))
      ->type_name("REGEX");
  raw.used_by(both, app.add_flag("-l,--list", raw.list, "the same as `list`"));
  raw.used_by(both, app.add_option("--profile", options.profile, "smoke, quick (default) or full"))
      ->type_name("PROFILE");
  for (const auto& each : kProfiles) raw.words["--profile"].push_back(each.first);
  raw.used_by(both,
              app.add_option("--python", options.pythons, "a CPython to compare with; repeatable"))
      ->type_name("PATH")
      ->allow_extra_args(false);
  raw.used_by(both, app.add_option("--contender-program", raw.programs,
                                   "a contender that is a program, in any language; repeatable"))
      ->type_name("NAME=COMMAND")
      ->allow_extra_args(false);
}

// How they are measured.
void add_measuring(CLI::App& app, Options& options, Raw& raw) {
  const auto option = [&](const char* names, auto& value, const char* meaning, const char* type) {
    raw.used_by({Command::kRun}, app.add_option(names, value, meaning))->type_name(type);
  };
  raw.used_by({Command::kRun}, app.add_flag("-n,--dry-run", options.dry_run,
                                            "say what would be measured, and how long it takes"));
  raw.used_by(
         {Command::kRun, Command::kReport},
         app.add_option("-o,--out", raw.out, "folder for the results; of `report` for several"))
      ->type_name("DIR");
  option("--resume", raw.resume, "go on with the run in this folder, which was not finished",
         "DIR");
  option("--seed", raw.seed, "of the order of launches", "N");
  option("--launches", raw.launches,
         "fresh processes per case; without it, as the profile's time budget allows", "N");
  option("-t,--time-budget", raw.budget,
         "for the whole run: decisive cases get all launches, the others what fits; or none",
         "TIME");
  option("--windows", raw.windows, "measured windows per launch", "N");
  option("--window", raw.window, "length of a window", "TIME");
  option("--warmup", raw.warmup, "before the first window", "TIME");
  option("--timeout", raw.timeout, "after which a launch has hung", "TIME");
  option("--order", raw.order, "random (default) or given", "ORDER");
  raw.words["--order"] = {"random", "given"};
}

// How it is said.
void add_output(CLI::App& app, Options& options, Raw& raw) {
  raw.used_by({Command::kRun, Command::kReport},
              app.add_flag("--no-report", options.no_report, "write the tables, draw nothing"));
  raw.used_by({Command::kReport}, app.add_option("--format", options.report_format,
                                                 "report: print it as md, html or json"))
      ->type_name("FORMAT");
  raw.words["--format"] = {"md", "html", "json"};
  raw.used_by({Command::kRun}, app.add_flag("-q,--quiet", options.quiet, "no progress"));
  raw.used_by({Command::kRun},
              app.add_option("--progress", options.progress,
                             "auto (default): a line that is rewritten, on a terminal; plain: a "
                             "line for each tenth; none"))
      ->type_name("HOW");
  raw.words["--progress"] = {kProgressWords.begin(), kProgressWords.end()};
  raw.used_by({Command::kRun}, app.add_option("--save-baseline", options.save_baseline,
                                              "keep the run under this name"))
      ->type_name("NAME");
  raw.used_by({Command::kRun}, app.add_option("--baseline", options.baseline,
                                              "compare the run with the one kept under this name"))
      ->type_name("NAME");
  raw.used_by({Command::kList, Command::kEnv},
              app.add_flag("--json", options.json, "list, env: as JSON"));
}

void check(Options& options, const Raw& raw) {
  const auto profile = kProfiles.find(options.profile);
  if (profile == kProfiles.end()) {
    throw BadUsage("--profile: there is no " + in_quotes(options.profile) +
                   "; choose smoke, quick or full");
  }
  const Profile& chosen = profile->second;
  options.selection.smoke = options.profile == "smoke";
  options.selection.quick = options.profile == "quick" && options.selection.filters.empty();
  options.launches =
      raw.launches ? between("--launches", *raw.launches, 1, 10'000) : chosen.launches;
  options.windows =
      raw.windows ? between("--windows", *raw.windows, 1, kMaxWindows) : chosen.windows;
  options.warmup = raw.warmup ? duration("--warmup", *raw.warmup) : chosen.warmup;
  options.window = raw.window ? duration("--window", *raw.window) : chosen.window;
  // --launches asks for all of them: the profile's budget does not apply.
  if (!raw.launches) options.budget = chosen.budget;
  if (raw.budget) {
    options.budget =
        *raw.budget == "none" ? Schedule::kNoBudget : duration("--time-budget", *raw.budget);
  }
  if (raw.out && raw.out->empty()) throw BadUsage("--out: the name of the folder is empty");
  options.out = raw.out.value_or("");
  options.resume = raw.resume.value_or("");
  if (raw.resume && raw.resume->empty())
    throw BadUsage("--resume: the name of the folder is empty");
  options.timeout = (raw.timeout ? duration("--timeout", *raw.timeout) : chosen.timeout) +
                    options.warmup + options.windows * options.window;
  const auto& progress = options.progress;
  if (std::find(kProgressWords.begin(), kProgressWords.end(), progress) == kProgressWords.end()) {
    throw BadUsage("--progress: there is no " + in_quotes(progress) +
                   "; choose auto, plain or none");
  }
  if (raw.order != "random" && raw.order != "given") {
    throw BadUsage("--order: there is no " + in_quotes(raw.order) + "; choose random or given");
  }
  options.shuffled = raw.order == "random";
  options.programs = programs_from(raw.programs);
  for (const auto& each : options.programs) options.selection.programs.push_back(each.name);
  if (!options.shell.empty() &&
      std::find(kShells.begin(), kShells.end(), options.shell) == kShells.end()) {
    throw BadUsage("completion: there is no " + in_quotes(options.shell) +
                   "; choose bash, zsh or fish");
  }
  options.selection.interpreters_named = !options.pythons.empty();
  options.seed = raw.seed ? seed_of(*raw.seed) : std::random_device()();
}

void check_format(const std::string& format, const Raw& raw) {
  const auto& known = raw.words.at("--format");
  if (format.empty() || std::find(known.begin(), known.end(), format) != known.end()) return;
  throw BadUsage("--format: there is no " + in_quotes(format) + "; choose md, html or json");
}

const std::map<std::string, Command> kCommands = {
    {"run", Command::kRun},       {"list", Command::kList},  {"env", Command::kEnv},
    {"report", Command::kReport}, {"man", Command::kManual}, {"completion", Command::kCompletion}};

std::string name_of(Command command) {
  const auto is_it = [&](const auto& each) { return each.second == command; };
  return std::find_if(kCommands.begin(), kCommands.end(), is_it)->first;
}

// Adds all commands and options.
void declare(CLI::App& app, const std::vector<const Scenario*>& scenarios, Options& options,
             Raw& raw) {
  app.name("bench-all");
  app.footer(footer());
  app.set_version_flag("-V,--version", std::string("bench-all ") + version());
  app.require_subcommand(0, 1);
  app.fallthrough();
  auto* run = app.add_subcommand("run", "measure (the default)");
  auto* list = app.add_subcommand("list", "the cases that would be measured");
  app.add_subcommand("env", "the machine, the build and the limits");
  app.add_subcommand("report", "make the tables, plots and report of a run again, or of several")
      ->add_option("folder", options.reports, "what `run`, `ab` or `stress` wrote")
      ->required();
  app.add_subcommand("man", "write the page bench-all(1) to standard output");
  app.add_subcommand("completion", "write a shell's completion to standard output")
      ->add_option("shell", options.shell, "bash, zsh or fish")
      ->required();
  add_axes(app, scenarios, options, raw);
  add_selection(app, options, raw);
  add_measuring(app, options, raw);
  add_output(app, options, raw);
  // `bench-all run FILTER`: the positional belongs to whichever of them is named.
  for (auto* sub : {run, list}) {
    sub->add_option("filter", options.selection.filters, "regular expressions: scenarios or cases");
  }
  for (auto* sub : app.get_subcommands(nullptr)) sub->set_help_flag();
  accept_variables(app);
}

}  // namespace

Reference reference_of(const std::vector<const Scenario*>& scenarios) {
  Options options;
  Raw raw;
  CLI::App app;
  declare(app, scenarios, options, raw);
  Reference all{options_of(app, raw.words), {}, scenarios};
  for (const CLI::App* sub : app.get_subcommands(nullptr)) {
    all.commands.push_back({sub->get_name(), sub->get_description(), {}, {}});
    if (sub->get_name() == "completion") all.commands.back().arguments = kShells;
  }
  return all;
}

Options parse_command_line(int argc, char** argv, const std::vector<const Scenario*>& scenarios) {
  Options options;
  Raw raw;
  CLI::App app{
      "Measures Python's concurrency toolbox in C++ beside everything else one might pick."};
  declare(app, scenarios, options, raw);
  try {
    app.parse(argc, argv);
    check(options, raw);
  } catch (const CLI::CallForHelp&) {
    // All of it, whichever command was named: they share their options.
    std::cout << app.get_formatter()->make_help(&app, app.get_name(), CLI::AppFormatMode::Normal);
    options.exit_code = std::cout.flush() ? kOk : kCannotWrite;
    options.command = Options::Command::kDone;
  } catch (const CLI::Success& wanted) {  // --version
    options.exit_code = app.exit(wanted);
    if (!std::cout.flush()) options.exit_code = kCannotWrite;
    options.command = Options::Command::kDone;
  } catch (const CLI::ParseError& mistake) {
    std::cerr << "bench-all: " << one_line(mistake.what()) << "; see bench-all --help\n";
    options.exit_code = kUsage;
    options.command = Options::Command::kDone;
  }
  if (options.command == Options::Command::kDone) return options;
  for (const CLI::App* named : app.get_subcommands())
    options.command = kCommands.at(named->get_name());
  if (raw.list && options.command == Command::kRun) options.command = Command::kList;
  check_use(options, name_of(options.command), raw.uses);
  if (options.command == Command::kReport) check_format(options.report_format, raw);
  if (!options.resume.empty()) check_resume(options, raw.uses);
  return options;
}

}  // namespace harness
