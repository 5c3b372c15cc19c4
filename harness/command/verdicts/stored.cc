#include "harness/command/verdicts/stored.h"

#include <CLI/CLI.hpp>
#include <optional>
#include <vector>

#include "harness/base/errors.h"
#include "harness/base/json.h"
#include "harness/command/subcommand.h"
#include "harness/command/variables.h"
#include "harness/command/verdicts/compare_options.h"
#include "harness/command/verdicts/verdict_output.h"
#include "harness/judge/gate.h"
#include "harness/judge/stored_run.h"
#include "harness/record/baseline.h"

namespace harness {
namespace {

namespace fs = std::filesystem;

// What cannot be a name is none: a folder may be called otherwise.
bool is_baseline(const std::string& name) try {
  std::error_code none;
  return fs::exists(baseline_folder(name) / "events.jsonl", none);
} catch (const BadUsage&) {
  return false;
}

// A folder of a run, or the name of a baseline.
StoredRun find_run(const std::string& what) {
  if (what.empty()) throw BadUsage("compare: the name of a run is empty");
  std::error_code none;  // a name that is too long is none of a folder
  const bool is_folder = fs::exists(fs::path(what) / "events.jsonl", none);
  const bool may_be_name = what.find('/') == std::string::npos && what != "." && what != "..";
  const bool is_name = may_be_name && is_baseline(what);
  if (is_folder && is_name) {
    throw BadUsage("compare: " + in_quotes(what) + " is ambiguous: a folder and a baseline; give " +
                   in_quotes("./" + what) + " or " + one_line(baseline_folder(what).string()));
  }
  if (is_folder) return read_run(what, what);
  if (is_name) return read_run(baseline_folder(what), what);
  throw BadUsage(in_quotes(what) +
                 " is no folder that `run` wrote and no baseline; see "
                 "`bench-all run --save-baseline NAME`");
}

// A run against itself, or a baseline against the run that it was made of, would say nothing.
void expect_another(const StoredRun& base, const StoredRun& other) {
  const Json id = base.facts.value("run_id", Json());
  if (!id.is_string() || id != other.facts.value("run_id", Json())) return;
  throw BadUsage("compare: " + in_quotes(base.name) + " and " + in_quotes(other.name) +
                 " are the same run; name two that were measured apart");
}

std::vector<Compared> compare_all(const StoredRun& base, const std::vector<std::string>& others,
                                  const StoredRules& rules) {
  std::vector<Compared> all;
  for (const auto& other : others) {
    const StoredRun run = find_run(other);
    expect_another(base, run);
    all.push_back(compare_runs(base, run, rules));
  }
  return all;
}

struct StoredOptions {
  std::vector<std::string> runs;
  std::optional<std::string> baseline;
  double delta_percent = 5;
  bool strict = false;
  StoredRules rules;
  Format format = Format::kTable;
};

void declare(CLI::App& app, StoredOptions& options) {
  app.name("bench-all compare");
  app.footer(
      "No gate for a shared runner: a machine that changed its speed between two runs looks like a "
      "change of\n"
      "the build. There, use `bench-all ab`, which measures both in turn.\n"
      "Examples: `bench-all compare results/old results/new`, `bench-all compare main "
      "results/new`\n"
      "Exit codes: 0 nothing is worse; 1 something is; 2 wrong usage, or one run twice; 4 the runs "
      "are not\n"
      "alike, have too few launches to judge anything, a case is in one of them only or, with "
      "--strict,\n"
      "is undecided or lacks its p99, CPU time or fairness in one; 7 cannot write");
  app.add_option("runs", options.runs, "folders that `run` wrote, or names of baselines")
      ->required();
  app.add_option("--baseline", options.baseline, "compare with this one, not with the first run");
  app.add_option("--delta", options.delta_percent,
                 "smallest difference that matters, in percent (5)")
      ->check(number_between(0.1, 1000));
  app.add_flag("--lenient", options.rules.lenient,
               "compare unlike and unfinished runs, and say so in each row");
  app.add_flag("--strict", options.strict,
               "undecided cases, and metrics that one run lacks, end with 4");
  add_format(app, options.format);
  accept_variables(app);
}

constexpr char kMeaning[] = "Compares runs that were measured earlier with the first of them.";

}  // namespace

CommandReference stored_command() {
  StoredOptions options;
  CLI::App app;
  declare(app, options);
  return {"compare", kMeaning, options_of(app, {}), {}};
}

int compare_stored(int argc, char** argv) {
  StoredOptions options;
  CLI::App app{kMeaning};
  declare(app, options);
  if (const auto code = answered("compare", app, argc - 1, argv + 1)) return *code;
  // Two runs on the command line come before a variable.
  const bool is_named =
      is_from_variable_alone(*app.get_option("--baseline"), argc, argv) && options.runs.size() > 1;
  if (!options.baseline || is_named) {
    options.baseline = options.runs.front();
    options.runs.erase(options.runs.begin());
  }
  if (options.runs.empty()) {
    throw BadUsage("compare: name two runs, as `compare OLD NEW` or `compare --baseline NAME NEW`");
  }
  options.rules.delta = options.delta_percent / 100;
  auto all = compare_all(find_run(*options.baseline), options.runs, options.rules);
  for (auto& each : all) each.strict = options.strict;
  say(all, options.format);
  return code_of(all);
}

}  // namespace harness
