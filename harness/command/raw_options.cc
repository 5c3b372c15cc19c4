#include "harness/command/raw_options.h"

#include "harness/base/errors.h"
#include "harness/base/lists.h"
#include "harness/command/profiles.h"
#include "harness/command/subcommand.h"
#include "harness/record/environment.h"
#include "harness/run/progress.h"

namespace harness {
namespace {

constexpr char kFilterMeaning[] =
    "regular expressions: the scenarios and cases that any of them matches; options of axes narrow "
    "these";

using Command = Options::Command;

// Axes whose sweep follows the CPUs: a manual or a completion that one machine has made for others must not name it.
const std::vector<std::string> kOfThisMachine = {"pair", "workers", "producers", "consumers"};

// Two columns, since there are many.
std::string footer() {
  std::string text =
      "Two builds: `bench-all ab --help`, `bench-all aa --help`\n"
      "Two runs: `bench-all compare --help`; many machines: `bench-all fleet --help`\n"
      "This machine: `bench-all noise --help`; breaking primitives: `bench-all stress --help`\n"
      "Each option may also be given by a variable: --time-budget by BENCH_ALL_TIME_BUDGET\n\n"
      "Exit codes:\n";
  for (const auto& [code, meaning] : exit_code_meanings()) {
    text += "  " + std::string(code) + "  " + meaning + "\n";
  }
  return text;
}

void add_axes(CLI::App& app, const std::vector<const Scenario*>& scenarios, Options& options,
              RawOptions& raw) {
  std::map<std::string, std::string> meanings, aliases;
  for (const auto* scenario : scenarios) {
    for (const auto& parameter : scenario->parameters) {
      if (parameter.kind == Parameter::Kind::kInterpreter) continue;
      meanings.emplace(parameter.name, parameter.meaning);
      if (!parameter.alias.empty()) aliases[std::string(parameter.name)] = parameter.alias;
      if (contains(kOfThisMachine, std::string(parameter.name))) continue;
      auto& words = raw.words["--" + std::string(parameter.name)];
      for (const auto* values : {&parameter.sweep, &parameter.more}) {
        for (const auto& value : *values) add_once(words, to_string(value));
      }
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
void add_selection(CLI::App& app, Options& options, RawOptions& raw) {
  const std::vector<Command> both{Command::kRun, Command::kList};
  app.add_option("filter", options.selection.filters, kFilterMeaning);
  raw.used_by(both, app.add_option("--exclude", options.selection.excludes,
                                   "leave out the cases that match"))
      ->type_name("REGEX");
  raw.used_by(both, app.add_flag("-l,--list", raw.list, "the same as `list`"));
  raw.used_by(both, app.add_option("--profile", options.profile, "smoke, quick (default) or full"))
      ->type_name("PROFILE");
  for (const auto& each : profiles()) raw.words["--profile"].push_back(each.first);
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
void add_measuring(CLI::App& app, Options& options, RawOptions& raw) {
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
  option("--timeout", raw.timeout, "after which a launch has hung (20s; full: 60s)", "TIME");
  option("--injected-delay", raw.injected_delay,
         "work that long in each operation of gilfree's Queue, Lock and Pool: to see that `ab` "
         "finds it",
         "NS");
  option("--order", raw.order, "random (default) or given", "ORDER");
  raw.words["--order"] = {"random", "given"};
}

// How it is said.
void add_output(CLI::App& app, Options& options, RawOptions& raw) {
  raw.used_by({Command::kRun, Command::kReport},
              app.add_flag("--no-report", options.no_report, "write the tables, draw nothing"));
  raw.used_by({Command::kReport}, app.add_option("--format", options.report_format,
                                                 "report: print it as md, html or json"))
      ->check(not_empty())
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
                                              "compare the run with the one kept under this name: "
                                              "no gate for a shared runner, use `ab`"))
      ->type_name("NAME");
  raw.used_by({Command::kList, Command::kEnv},
              app.add_flag("--json", options.json, "list, env: as JSON"));
}

}  // namespace

void declare(CLI::App& app, const std::vector<const Scenario*>& scenarios, Options& options,
             RawOptions& raw) {
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
      ->check(not_empty())
      ->required();
  app.add_subcommand("man", "write the page bench-all(1) to standard output");
  app.add_subcommand("completion", "write a shell's completion to standard output")
      ->add_option("shell", options.shell, "bash, zsh or fish")
      ->check(not_empty())
      ->required();
  add_axes(app, scenarios, options, raw);
  add_selection(app, options, raw);
  add_measuring(app, options, raw);
  add_output(app, options, raw);
  // `bench-all run FILTER`: the positional belongs to whichever of them is named.
  for (auto* sub : {run, list}) {
    sub->add_option("filter", options.selection.filters, kFilterMeaning);
  }
  for (auto* sub : app.get_subcommands(nullptr)) sub->set_help_flag();
}

}  // namespace harness
