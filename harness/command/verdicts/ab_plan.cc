#include "harness/command/verdicts/ab_plan.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <iterator>
#include <optional>

#include "harness/base/counted.h"
#include "harness/base/errors.h"
#include "harness/base/lists.h"

namespace harness {
namespace {

std::string minutes_text(double seconds) {
  return seconds < 120 ? std::to_string(std::lround(seconds)) + " s"
                       : std::to_string(std::lround(seconds / 60)) + " min";
}

// Says which build it is; returns it if it is there already.
std::optional<Build> announced(const char* side, const std::string& what) {
  const auto place = Build::look_for(what);
  if (place.is_there()) {
    std::cout << side << ": " << one_line(place.program.string()) << "\n";
    return Build(place.program);
  }
  std::cout << side << ": commit " << place.commit << ", to be built in "
            << one_line(place.tree.string()) << ", which takes some minutes\n";
  return {};
}

// "12 rounds of 3 cases, 72 launches: about 11 s"
std::string rounds_text(const ComparisonSettings& settings, std::size_t cases,
                        const std::optional<double>& launch_seconds) {
  const auto text = [&](int rounds) {
    const auto launches = 2 * static_cast<std::size_t>(rounds) * cases;
    return counted(rounds, "round") + " of " + counted(cases, "case") + ", " +
           counted(launches, "launch", "launches") + ": " +
           (launch_seconds
                ? "about " + minutes_text(static_cast<double>(launches) * *launch_seconds)
                : "how long a launch takes is not known");
  };
  if (!settings.budget) {
    return text(settings.rounds) + "; to confirm what seems worse takes as long again at most";
  }
  const std::chrono::duration<double> budget = *settings.budget;
  return text(std::min(kFewestRounds, settings.rounds)) + "; then more of what stays open, " +
         minutes_text(budget.count()) + " in all at most (--time-budget)";
}

}  // namespace

int plan_ab(const CompareOptions& options) {
  const auto a = announced("A", options.a), b = announced("B", options.b);
  const Build listing = a ? *a : b ? *b : Build::find("/proc/self/exe");
  auto cases = listing.cases(selection_of(options));
  if (a && b) {
    const auto in_b = b->cases(selection_of(options));
    std::erase_if(cases, [&](const auto& name) { return !contains(in_b, name); });
    if (cases.empty()) throw BadUsage("the two builds have no case in common that matches");
  } else {
    std::cout << "cases: those of "
              << (a   ? "A"
                  : b ? "B"
                      : "this bench-all")
              << "; a build that is not there yet may have others\n";
  }
  check_launch_options(listing, cases.front(), options);
  std::cout << rounds_text(options.settings, cases.size(),
                           listing.seconds_of_launch(cases.front(), options.settings.options))
            << "\n";
  for (const auto& name : cases) std::cout << one_line(name) << "\n";
  return kOk;
}

}  // namespace harness
