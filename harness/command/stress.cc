#include "harness/command/stress.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <optional>
#include <random>
#include <sstream>

#include "harness/base/counted.h"
#include "harness/base/errors.h"
#include "harness/base/files.h"
#include "harness/base/interruption.h"
#include "harness/base/lists.h"
#include "harness/command/subcommand.h"
#include "harness/command/values.h"
#include "harness/command/variables.h"
#include "harness/plan/filter.h"
#include "harness/record/folder.h"
#include "harness/stress/engine.h"

namespace harness {
namespace {

using stress::Engine;
using stress::Test;

constexpr char kMeaning[] =
    "Tries to break primitives: declared outcomes, random schedules, kill -9.";

struct StressOptions {
  std::vector<std::string> filters, excludes;
  std::optional<std::string> duration, seed, patience, out;
  std::string faults = "all";
  bool list = false, peers = false, quiet = false;
  stress::Settings settings;
};

void declare(CLI::App& app, StressOptions& options) {
  app.name("bench-all stress");
  app.footer(
      "A failure prints the command that replays it. With --config the tests run with exactly "
      "this\n"
      "seed and config, again and again, until the first failure.\n"
      "Exit codes: 0 nothing forbidden was seen; 2 wrong usage; 3 a forbidden outcome; 4 a trial "
      "was\n"
      "undecided; 5 nothing could run; 6 a hang; 7 cannot write. Failures of peers count for "
      "none.");
  app.add_option("filter", options.filters, "regular expressions: parts of tests' names");
  app.add_option("--exclude", options.excludes, "leave out the tests that match")
      ->type_name("REGEX");
  app.add_flag("-l,--list", options.list, "the tests that would run");
  app.add_flag("--peers", options.peers, "also the tests of other libraries' primitives");
  app.add_option("-d,--duration", options.duration,
                 "for all tests together; 60s, or 10s with --config")
      ->type_name("TIME");
  app.add_option("--seed", options.seed, "of all random choices")->type_name("N");
  app.add_option("--config", options.settings.config, "replay: actors:3,ops:40,cpus:one,...")
      ->type_name("CONFIG");
  app.add_option("--fault", options.faults, "a list of delay, interrupt, stop, kill; all; or none")
      ->type_name("LIST");
  app.add_option("--hang-after", options.patience,
                 "a trial in which no actor gets on for so long, while all can run, has hung; 10s")
      ->type_name("TIME");
  app.add_flag("--until-failure", options.settings.until_failure,
               "leave a test after its first failure");
  app.add_option("-o,--out", options.out, "folder for stress.csv and hung_stress.txt")
      ->type_name("DIR");
  app.add_flag("-q,--quiet", options.quiet, "print failures and the verdict only");
  accept_variables(app);
}

const std::vector<std::string> kFaultWords = {"delay", "interrupt", "stop", "kill"};

stress::Faults faults_of(const std::string& text) {
  if (text == "all") return {};
  stress::Faults faults{false, false, false, false};
  if (text == "none") return faults;
  for (const auto& word : split(text, ',')) {
    if (word == "delay") {
      faults.delays = true;
    } else if (word == "interrupt") {
      faults.interrupts = true;
    } else if (word == "stop") {
      faults.stops = true;
    } else if (word == "kill") {
      faults.kills = true;
    } else {
      throw BadUsage("--fault: there is no " + in_quotes(word) + "; choose of " +
                     joined(kFaultWords, ", ") + ", or write all or none");
    }
  }
  return faults;
}

// Those that match a filter and no exclusion. Peers' tests are taken if --peers is given, or if the filters
// match nothing else.
std::vector<const Test*> chosen(const StressOptions& options, const std::vector<const Test*>& all) {
  CountedFilters filters("filter", options.filters), excludes("--exclude", options.excludes);
  std::vector<const Test*> ours, with_peers;
  for (const Test* test : all) {
    if (!filters.empty() && !filters.any_matches(test->name)) continue;
    if (excludes.any_matches(test->name)) continue;
    if (!test->is_peer) ours.push_back(test);
    with_peers.push_back(test);
  }
  if (const auto* idle = filters.idle()) {
    throw BadUsage(in_quotes(*idle) +
                   " matches no stress test; `bench-all stress --list --peers` shows them");
  }
  if (const auto* idle = excludes.idle()) {
    throw BadUsage("--exclude: " + in_quotes(*idle) +
                   " leaves nothing out; `bench-all stress --list --peers` shows the tests");
  }
  if (with_peers.empty()) {
    throw BadUsage("stress: the filters leave no test; `bench-all stress --list` shows them");
  }
  return options.peers || (ours.empty() && !filters.empty()) ? with_peers : ours;
}

void check(StressOptions& options) {
  auto& settings = options.settings;
  if (settings.config && !options.seed) {
    throw BadUsage("--config: a replay needs its --seed too; copy the whole replay command");
  }
  settings.duration = options.duration  ? duration("--duration", *options.duration)
                      : settings.config ? std::chrono::seconds(10)
                                        : std::chrono::seconds(60);
  if (options.patience) settings.patience = duration("--hang-after", *options.patience);
  settings.seed = options.seed ? seed_of(*options.seed) : std::random_device()();
  settings.faults = faults_of(options.faults);
  if (options.out && options.out->empty()) throw BadUsage("--out: the name of the folder is empty");
}

std::string seconds_text(std::chrono::nanoseconds time) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(1) << std::chrono::duration<double>(time).count() << " s";
  return text.str();
}

void say_failure(const Test& test, const std::string& outcome, const stress::Found& found) {
  std::cout << (test.is_peer ? "peer: " : "") << "forbidden: " << test.name << ": " << outcome
            << " (" << stress::expectation_of(test, outcome).why << ")\n"
            << "  replay: " << stress::replay_command(test, found) << "\n"
            << found.report << std::flush;
}

std::string hangs_of(const std::vector<stress::TestResult>& results) {
  std::string text;
  for (const auto& result : results) {
    for (const auto& [outcome, found] : result.found) {
      if (!found.report.empty())
        text += result.test->name + ": " + outcome + "\n" + found.report + "\n";
    }
  }
  return text;
}

void write_results(const Folder& folder, const Engine& engine, std::uint64_t seed) {
  write_file(folder.path() / "stress.csv", stress::csv(engine.results(), std::to_string(seed)));
  if (const auto hangs = hangs_of(engine.results()); !hangs.empty()) {
    write_file(folder.path() / "hung_stress.txt", hangs);  // a run beside it has hung.txt
  }
}

void say_end(const StressOptions& options, const Engine& engine) {
  if (!options.quiet) std::cout << stress::table(engine.results());
  int failed = 0, peers = 0, undecided = 0;
  using Verdict = stress::TestResult::Verdict;
  for (const auto& each : engine.results()) {
    const auto verdict = each.verdict();
    undecided += verdict == Verdict::kUndecided ? 1 : 0;
    if (verdict != Verdict::kFailed && verdict != Verdict::kHung) continue;
    ++(each.test->is_peer ? peers : failed);
  }
  std::cout << counted(engine.results().size(), "test") << ", " << counted(engine.trials(), "trial")
            << " in " << seconds_text(engine.elapsed()) << ", seed " << options.settings.seed
            << ": ";
  if (options.settings.config) {
    std::cout << (failed + peers > 0 ? "reproduced in trial " + std::to_string(engine.trials())
                                     : "not reproduced in " + counted(engine.trials(), "trial"))
              << "\n";
    return;
  }
  std::cout << failed << " failed";
  if (peers > 0) std::cout << ", " << peers << " of peers failed";
  if (undecided > 0) std::cout << ", " << undecided << " undecided";
  std::cout << "\n";
}

int run(StressOptions& options, std::vector<const Test*> tests) {
  std::optional<Folder> folder;
  if (options.out) folder.emplace(*options.out, "stress.csv");
  const FinishFirst finish;
  auto written = std::chrono::steady_clock::now();
  Engine engine(std::move(tests), options.settings,
                {.on_failure = say_failure, .on_turn = [&](const Engine& now) {
                   // What a kill -9 of this program leaves is at most five seconds old.
                   if (!folder || std::chrono::steady_clock::now() < written) return;
                   write_results(*folder, now, options.settings.seed);
                   written = std::chrono::steady_clock::now() + std::chrono::seconds(5);
                 }});
  engine.run();
  if (folder) write_results(*folder, engine, options.settings.seed);
  say_end(options, engine);
  if (!std::cout.flush()) throw CannotWrite("standard output: nothing can be written to it");
  return interrupted() != 0 ? 128 + interrupted() : stress::exit_code(engine.results());
}

}  // namespace

CommandReference stress_command(const std::vector<const Test*>& tests) {
  StressOptions options;
  CLI::App app;
  declare(app, options);
  std::vector<std::string> names;  // as filters: what is before the first slash
  for (const Test* test : tests) {
    add_once(names, test->name.substr(0, test->name.find('/')));
  }
  auto faults = kFaultWords;
  faults.insert(faults.end(), {"all", "none"});
  return {"stress", kMeaning, options_of(app, {{"--fault", faults}}), names};
}

int stress_tests(int argc, char** argv, const std::vector<const Test*>& tests) {
  StressOptions options;
  CLI::App app{kMeaning};
  declare(app, options);
  if (const auto code = answered("stress", app, argc - 1, argv + 1)) return *code;
  check(options);
  const auto selected = chosen(options, tests);
  if (!options.list) return run(options, selected);
  for (const Test* test : selected) std::cout << test->name << "\n";
  return kOk;
}

}  // namespace harness
