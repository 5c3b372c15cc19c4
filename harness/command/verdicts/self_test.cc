#include "harness/command/verdicts/self_test.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <optional>
#include <set>

#include "harness/base/counted.h"
#include "harness/base/errors.h"
#include "harness/base/files.h"
#include "harness/base/interruption.h"
#include "harness/base/json.h"
#include "harness/base/lists.h"
#include "harness/command/verdicts/delay_use.h"
#include "harness/command/verdicts/dry_run.h"
#include "harness/command/verdicts/trial_log.h"
#include "harness/judge/reports/self_test_report.h"
#include "harness/judge/run_facts.h"
#include "harness/judge/self_test.h"
#include "harness/judge/skipped.h"
#include "harness/rounds/injected_delay.h"

namespace harness {
namespace {

using Clock = std::chrono::steady_clock;

constexpr char kHung[] = "hung_aa.txt";  // a run may stand beside it, which has hung.txt

// What every trial of a folder has in common: trials of other settings say nothing of these.
Json settings_of(const CompareOptions& options, const Json& build,
                 const std::vector<std::string>& cases) {
  Json powers = Json::array();
  for (const double percent : options.powers) powers.push_back(percent);
  return {{"event", "aa"},
          {"build", build},
          {"rounds", options.settings.rounds},
          {"delta", options.settings.delta},
          {"power", powers},
          {"options", options.settings.options},
          {"filters", options.words},
          {"cases", cases},
          {kMachine, measured_on()}};
}

std::vector<std::string> cases_of(const Build& build, const CompareOptions& options) {
  auto cases = build.cases(selection_of(options));
  check_launch_options(build, cases, options);
  return cases;
}

// A delay is what slows the case by so much on a machine without a load: beside one that comes and goes, no
// number of rounds would tell. Below, a name and options as they are without `--load`.
std::string without_load(const std::string& name) {
  auto parts = split(name, '/');
  std::erase_if(parts, [](const auto& part) { return part.starts_with("load:"); });
  return joined(parts, "/");
}
std::vector<std::string> without_load(std::vector<std::string> options) {
  std::erase_if(options, [](const auto& option) { return option.starts_with("--load="); });
  return options;
}

class SelfTestRun {
 public:
  SelfTestRun(CompareOptions options, Build build, std::vector<std::string> cases)
      : options_(std::move(options)),
        build_(std::move(build)),
        identity_(build_.identity()),
        cases_(std::move(cases)),
        log_(options_.out, options_.resume, settings_of(options_, identity_, cases_)) {
    options_.settings.scratch = log_.folder() / kScratch;
    if (options_.settings.budget) end_ = Clock::now() + *options_.settings.budget;
    options_.settings.budget.reset();
    build_.show_code([this](const auto& name, const auto& linked) {
      log_.expect_code(without_load(name), linked);
    });
  }
  SelfTestRun(const SelfTestRun&) = delete;  // build_ refers to log_
  SelfTestRun& operator=(const SelfTestRun&) = delete;

  int run() {
    const FinishFirst finish;  // what was measured is written
    const std::vector<double> nothing = {0};
    const auto& percents = options_.powers.empty() ? nothing : options_.powers;
    find_delays();
    leave_out_what_no_delay_slows();
    for (int number = 0; number < options_.trials; ++number) {
      for (const double percent : percents) {
        if (made(percent) > number) continue;
        if (cases_.empty() || !has_delays(percent) || !has_time(percent)) return end(kOk);
        if (!perform(percent / 100, number)) return end(kFailed);
      }
    }
    return end(kOk);
  }

 private:
  bool has_delays(double percent) const {
    return percent == 0 || std::all_of(cases_.begin(), cases_.end(), [&](const auto& name) {
             return log_.delays().count({name, percent / 100}) != 0;
           });
  }

  int made(double percent) const {
    int count = 0;
    for (const auto& trial : log_.trials()) count += trial.slowed_by == percent / 100 ? 1 : 0;
    return count;
  }

  bool has_time_for(double seconds) const {
    return !end_ || Clock::now() + std::chrono::duration<double>(seconds) <= *end_;
  }

  // As long as the longest of its kind so far took; the first, as its launches would.
  bool has_time(double percent) const {
    if (interrupted() != 0) return false;
    double longest =
        made(percent) > 0 ? 0 : seconds_of(2 * options_.settings.rounds * cases_.size());
    for (const auto& trial : log_.trials()) {
      if (trial.slowed_by == percent / 100) longest = std::max(longest, trial.seconds);
    }
    return has_time_for(longest);
  }

  // How long so many launches take, at least; 0 if that is not known.
  double seconds_of(std::size_t launches) const {
    if (!end_ || cases_.empty()) return 0;
    const auto each = build_.seconds_of_launch(cases_.front(), options_.settings.options);
    return each.value_or(0) * static_cast<double>(launches);
  }

  // Finds, of each case, the delays that slow it by the wanted shares.
  void find_delays() {
    for (const auto& name : cases_) {
      std::vector<double> shares;
      for (const double percent : options_.powers) {
        if (log_.delays().count({name, percent / 100}) == 0) shares.push_back(percent / 100);
      }
      if (shares.empty()) continue;
      const int fewest = fewest_launches_to_find_delays(shares);
      if (!has_time_for(seconds_of(static_cast<std::size_t>(fewest)))) return;
      const auto& settings = options_.settings;
      const auto delays = delays_that_slow(
          build_, without_load(name), without_load(settings.options), settings.scratch, shares);
      if (interrupted() != 0) return;
      build_.expect_as_it_was("aa: the build", identity_);
      if (!delays) {
        std::cerr << "bench-all: left out, no slowdown by an injected delay was seen: " << name
                  << "\n";
        not_slowed_.insert(name);
        continue;
      }
      for (const auto& [share, ns] : *delays) log_.add_delay(name, share, ns);
    }
  }

  void leave_out_what_no_delay_slows() {
    std::erase_if(cases_, [this](const auto& name) { return not_slowed_.count(name) != 0; });
    if (!cases_.empty() || interrupted() != 0) return;
    throw BadUsage(
        "aa --power: no case is slowed by an injected delay; choose one whose operations are "
        "shorter, or longer windows");
  }

  // False if a case was not measured: then there is no trial.
  bool perform(double share, int number) {
    auto settings = options_.settings;
    settings.seed += log_.trials().size();
    if (share > 0) {
      for (const auto& name : cases_) {
        settings.options_of_pair[name] = {{injected_delay(0)},
                                          {injected_delay(log_.delays().at({name, share}))}};
      }
    }
    build_.expect_as_it_was("aa: the build", identity_);
    const auto begun = Clock::now();
    Comparison comparison(build_, build_, cases_, settings);
    comparison.run(progress_of(options_, "trial " + std::to_string(number + 1) + ", "));
    keep_late(comparison.result().late);
    build_.expect_as_it_was("aa: the build", identity_);
    if (interrupted() != 0) return true;  // its rounds are not all there
    leave_out(comparison.result().skipped);
    if (cases_.empty()) return true;
    for (const auto& row : comparison.result().rows) {
      if (row.judgement.verdict != Verdict::kIncomparable || row.is_missing_guard) continue;
      log_.add_failure(row.name + ": " + row.note);
      return false;
    }
    const std::chrono::duration<double> took = Clock::now() - begun;
    log_.add(trial_of(comparison.result(), share, took.count()));
    return true;
  }

  // What is skipped cannot run here.
  void leave_out(const SkippedCases& skipped) {
    for (const auto& [name, why] : skipped) {
      std::erase(cases_, name);
      std::cerr << "bench-all: aa: left out, since it is skipped here: " << name << " (" << why
                << ")\n";
    }
  }

  void keep_late(const std::vector<LateLaunch>& all) {
    for (const auto& late : all) {
      log_.add_late(late);
      std::cerr << "bench-all: aa: " << late.name << ": " << what_happened(late) << " ("
                << one_line(late.why) << "); its threads are in " << kHung << "\n";
    }
  }

  // What failed before a --resume counts as well: the trials that were made say nothing of it.
  int end(int code) const {
    SelfTest test(options_.settings.delta);
    for (const auto& trial : log_.trials()) test.add(trial);
    log_.expect_in_place();
    write_self_test(test, options_.settings, log_.failures(), log_.folder());
    if (!log_.late().empty()) write_file(log_.folder() / kHung, hung_text(log_.late()));
    std::cout << text_of(test);
    for (const auto& why : log_.failures()) {
      std::cerr << "bench-all: aa: a trial could not be ended: " << one_line(why) << "\n";
    }
    say_results(options_, log_.folder(), "aa.md, aa.json; `ab --floor` takes aa.json");
    if (const int signal = interrupted(); signal != 0) return 128 + signal;
    if (code == kOk && !log_.failures().empty()) code = kFailed;
    const auto wanted = static_cast<std::size_t>(options_.trials) *
                        std::max<std::size_t>(options_.powers.size(), 1);
    if (code == kOk && log_.trials().size() < wanted && !cases_.empty()) {
      std::cerr << "bench-all: aa: " << wanted - log_.trials().size() << " of "
                << counted(wanted, "trial")
                << " did not fit into --time-budget; the same command with --resume adds them"
                << std::endl;
    }
    return code == kOk && log_.trials().empty() ? kNothingRan : code;
  }

  CompareOptions options_;
  Build build_;
  const Json identity_;  // of the build, before it was measured
  std::vector<std::string> cases_;
  std::set<std::string> not_slowed_;  // cases that no delay has slowed
  TrialLog log_;
  std::optional<Clock::time_point> end_;
};

}  // namespace

int self_test(CompareOptions options) {
  if (options.rounds.value_or(kFewestRounds) < kFewestRounds) {
    throw BadUsage("aa: --rounds: six are the fewest that give an interval");
  }
  if (options.dry_run) return plan_aa(options);
  const Build build = build_for(options, options.a.empty() ? "/proc/self/exe" : options.a);
  auto cases = cases_of(build, options);
  if (!options.powers.empty()) {
    const auto found = ask_for_delay(build, cases, options);
    if (!found) return 128 + interrupted();
    const auto said = delay_takers_text("aa --power", *found);
    if (!options.quiet || !found->others.empty()) {
      std::cerr << "bench-all: aa --power: " << said << std::endl;
    }
    cases = found->takers;
  }
  options.settings.rounds = rounds_for(options, cases.size(), false);
  return SelfTestRun(std::move(options), build, std::move(cases)).run();
}

}  // namespace harness
