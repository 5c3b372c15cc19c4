#include "harness/command/verdicts/dry_run.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <iterator>
#include <optional>
#include <ostream>
#include <sstream>

#include "harness/base/counted.h"
#include "harness/base/errors.h"
#include "harness/base/interruption.h"
#include "harness/base/lists.h"
#include "harness/command/verdicts/delay_use.h"
#include "harness/command/verdicts/settings_log.h"
#include "harness/judge/reports/self_test_report.h"
#include "harness/rounds/injected_delay.h"

namespace harness {
namespace {

constexpr char kConfirming[] = "; to confirm what seems worse takes as long again at most";

std::string minutes_text(double seconds) {
  return seconds < 120 ? std::to_string(std::lround(seconds)) + " s"
                       : std::to_string(std::lround(seconds / 60)) + " min";
}

// Says which build it is; returns it if it is there already.
std::optional<Build> announced(std::ostream& out, const char* side, const std::string& what) {
  const auto place = Build::look_for(what);
  if (place.is_there()) {
    out << side << ": " << one_line(place.program.string()) << "\n";
    return Build(place.program);
  }
  out << side << ": commit " << place.revision->commit() << ", to be built in "
      << one_line(place.revision->tree().string()) << ", which takes some minutes\n";
  return {};
}

void say_whose_cases(std::ostream& out, const std::string& build) {
  out << "cases: those of " << build << "; a build that is not there yet may have others\n";
}

void say_names(std::ostream& out, const std::vector<std::string>& cases) {
  for (const auto& name : cases) out << one_line(name) << "\n";
}

// How long launches of these cases take, as one of the build says of the first of them.
class LaunchTime {
 public:
  LaunchTime(const Build& build, const std::vector<std::string>& cases,
             const CompareOptions& options)
      : cases_(cases.size()),
        seconds_(build.seconds_of_launch(cases.front(), options.settings.options)) {}

  // "72 launches: about 11 s"
  std::string of(std::size_t launches) const {
    return counted(launches, "launch", "launches") + ": " +
           (seconds_ ? "about " + minutes_text(static_cast<double>(launches) * *seconds_)
                     : "how long a launch takes is not known");
  }

  // "12 rounds of 3 cases, 72 launches: about 11 s", of so many trials
  std::string of_rounds(int rounds, std::size_t trials = 1) const {
    return counted(rounds, "round") + " of " + counted(cases_, "case") + ", " +
           of(2 * trials * static_cast<std::size_t>(rounds) * cases_);
  }

 private:
  std::size_t cases_;
  std::optional<double> seconds_;
};

std::string rounds_text(const CompareOptions& options, std::size_t cases, const LaunchTime& time) {
  const int rounds = rounds_for(options, cases, options.settings.budget.has_value());
  if (!options.settings.budget) return time.of_rounds(rounds) + kConfirming;
  const std::chrono::duration<double> budget = *options.settings.budget;
  return time.of_rounds(std::min(kFewestRounds, rounds)) + "; then more of what stays open, " +
         minutes_text(budget.count()) + " in all at most (--time-budget)";
}

// Says which cases take an injected delay, and returns these.
std::vector<std::string> say_takers(std::ostream& out, const std::string& option,
                                    const Build& build, const std::vector<std::string>& cases,
                                    const CompareOptions& options) {
  const auto found = ask_for_delay(build, cases, options);
  if (!found) return cases;
  out << delay_takers_text(option, *found) << "\n";
  return found->takers;
}

// Says what makes them doubtful. Throws BadUsage if they cannot be taken.
void say_floors(std::ostream& out, const CompareOptions& options,
                const std::vector<std::string>& cases) {
  if (!options.floor) return;
  auto settings = options.settings;
  settings.rounds = rounds_for(options, cases.size(), settings.budget.has_value());
  const auto floors = floors_from("--floor", *options.floor, cases, settings);
  for (const auto& doubt : floors.doubts) out << "warning: " << one_line(doubt) << "\n";
}

std::vector<double> shares_of(const CompareOptions& options) {
  std::vector<double> shares;
  for (const double percent : options.powers) shares.push_back(percent / 100);
  return shares;
}

std::string trials_text(const CompareOptions& options, std::size_t cases, const LaunchTime& time) {
  const auto slowdowns = options.powers.size();
  const auto trials = static_cast<std::size_t>(options.trials);
  std::string text = slowdowns < 2 ? "" : "for each of " + counted(slowdowns, "slowdown") + " ";
  text += counted(trials, "trial") + " of " +
          time.of_rounds(rounds_for(options, cases, false),
                         trials * std::max<std::size_t>(slowdowns, 1)) +
          kConfirming;
  if (!options.settings.budget) return text;
  const std::chrono::duration<double> budget = *options.settings.budget;
  return text + "; trials that do not fit into " + minutes_text(budget.count()) +
         " are left out (--time-budget)";
}

}  // namespace

int plan_ab(const CompareOptions& options) {
  std::ostringstream out;  // nothing is said of what would be refused
  const auto a = announced(out, "A", options.a), b = announced(out, "B", options.b);
  const Build listing = a ? *a : b ? *b : Build::find("/proc/self/exe");
  auto cases = listing.cases(selection_of(options));
  if (a && b) {
    const auto in_b = b->cases(selection_of(options));
    std::erase_if(cases, [&](const auto& name) { return !contains(in_b, name); });
    if (cases.empty()) throw BadUsage("the two builds have no case in common that matches");
  } else {
    say_whose_cases(out, a ? "A" : b ? "B" : "this bench-all");
  }
  check_launch_options(listing, cases, options);
  SettingsLog(kRoundsLog).expect_none(options.out);
  if (options.injected_delay_ns) {
    cases = say_takers(out, "ab --injected-delay", listing, cases, options);
  }
  if (interrupted() != 0) return 128 + interrupted();
  say_floors(out, options, cases);
  out << rounds_text(options, cases.size(), LaunchTime(listing, cases, options)) << "\n";
  say_names(out, cases);
  std::cout << out.str();
  return kOk;
}

int plan_aa(const CompareOptions& options) {
  std::ostringstream out;
  const std::string self = "/proc/self/exe";
  const auto there = announced(out, "build", options.a.empty() ? self : options.a);
  const Build build = there ? *there : Build::find(self);
  if (!there) say_whose_cases(out, "this bench-all");
  auto cases = build.cases(selection_of(options));
  check_launch_options(build, cases, options);
  SettingsLog(kTrialsLog).expect_none(options.out);
  if (!options.powers.empty()) cases = say_takers(out, "aa --power", build, cases, options);
  if (interrupted() != 0) return 128 + interrupted();
  const LaunchTime time(build, cases, options);
  if (!options.powers.empty()) {
    const auto each = static_cast<std::size_t>(fewest_launches_to_find_delays(shares_of(options)));
    out << "first it looks for the delays that slow the build so much, in at least "
        << time.of(cases.size() * each) << "\n";
  }
  out << trials_text(options, cases.size(), time) << "\n";
  say_names(out, cases);
  std::cout << out.str();
  return kOk;
}

}  // namespace harness
