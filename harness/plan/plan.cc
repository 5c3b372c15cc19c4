#include "harness/plan/plan.h"

#include <algorithm>

#include "harness/base/errors.h"
#include "harness/base/lists.h"
#include "harness/measure/load.h"
#include "harness/plan/axes.h"
#include "harness/plan/conflict.h"
#include "harness/plan/filter.h"

namespace harness {
namespace {

constexpr std::size_t kMostPoints = 100'000;

std::vector<Parameter::Value> values_of(const Scenario& scenario, const Parameter& parameter,
                                        const Selection& selection) {
  if (parameter.kind == Parameter::Kind::kInterpreter) {
    std::vector<Parameter::Value> values{std::string("none")};
    for (const auto& label : selection.interpreters) values.emplace_back(label);
    return values;
  }
  const auto named = selection.axes.find(std::string(parameter.name));
  if (named != selection.axes.end()) return named_values(parameter, named->second);
  const bool first_only = selection.smoke || (selection.quick && !scenario.whole_in_quick);
  if (first_only && parameter.kind == Parameter::Kind::kPlain && !parameter.sweep.empty()) {
    return {parameter.sweep.front()};
  }
  return parameter.sweep;
}

// Returns the value of the scenario's kContender axis; empty if it has none.
std::string contender_of(const Scenario& scenario, const Point& point) {
  for (std::size_t i = 0; i < scenario.parameters.size(); ++i) {
    if (scenario.parameters[i].kind == Parameter::Kind::kContender) {
      return to_string(point.values()[i].second);
    }
  }
  return {};
}

bool offers(const Scenario& scenario, const Point& point, const Selection& selection) {
  const bool is_program = scenario.offers_program != nullptr &&
                          contains(selection.programs, contender_of(scenario, point));
  const auto asked = is_program ? scenario.offers_program : scenario.offers;
  return asked == nullptr || asked(point);
}

using Sweeps = std::vector<std::vector<Parameter::Value>>;  // of each parameter

Sweeps sweeps_of(const Scenario& scenario, const Selection& selection) {
  Sweeps sweeps;
  std::size_t points = 1;
  for (const auto& parameter : scenario.parameters) {
    sweeps.push_back(values_of(scenario, parameter, selection));
    points *= sweeps.back().size();
    if (points > kMostPoints) {
      throw BadUsage("--" + std::string(parameter.name) + ": " + std::string(scenario.name) +
                     " would have more than " + std::to_string(kMostPoints) +
                     " cases; name fewer values");
    }
  }
  return sweeps;
}

// Calls visit() for each combination, as Point::Values; the last parameter varies fastest.
template <typename Visit>
void each_combination(const Scenario& scenario, const Sweeps& sweeps, Point::Values& begun,
                      Visit visit) {
  const std::size_t at = begun.size();
  if (at == sweeps.size()) return visit(begun);
  for (const auto& value : sweeps[at]) {
    begun.emplace_back(scenario.parameters[at].name, value);
    each_combination(scenario, sweeps, begun, visit);
    begun.pop_back();
  }
}

std::vector<Point> points_of(const Scenario& scenario, const Selection& selection) {
  std::vector<Point> offered;
  Point::Values begun;
  each_combination(scenario, sweeps_of(scenario, selection), begun, [&](const auto& values) {
    Point point(values);
    if (offers(scenario, point, selection)) offered.push_back(std::move(point));
  });
  return offered;
}

std::vector<std::string> that_take_programs(const std::vector<const Scenario*>& scenarios) {
  std::vector<std::string> names;
  for (const auto* each : scenarios) {
    if (each->offers_program != nullptr) names.emplace_back(each->name);
  }
  return names;
}

// Throws if no case has the axis or the program that was named, which would have been ignored.
void check_wishes(const std::vector<const Scenario*>& scenarios, const Selection& selection,
                  const std::vector<Case>& cases) {
  for (const auto& [axis, text] : selection.axes) {
    const auto has_it = [&, axis = axis](const Case& each) {
      return has_axis(*each.scenario, axis);
    };
    if (std::any_of(cases.begin(), cases.end(), has_it)) continue;
    std::vector<std::string> names;
    for (const auto* each : scenarios) {
      if (has_axis(*each, axis)) names.emplace_back(each->name);
    }
    throw BadUsage("--" + axis +
                   ": none of the scenarios that are left has it; it belongs to: " + joined(names));
  }
  for (const auto& program : selection.programs) {
    const auto is_its = [&](const Case& each) { return each.contender() == program; };
    if (std::any_of(cases.begin(), cases.end(), is_its)) continue;
    throw BadUsage("--contender-program: no case of " + in_quotes(program) +
                   " is left; programs can answer: " + joined(that_take_programs(scenarios)));
  }
  if (!selection.interpreters_named) return;
  const auto runs_python = [](const Case& each) {
    const auto& all = each.scenario->parameters;
    return std::any_of(all.begin(), all.end(), [](const Parameter& parameter) {
      return parameter.kind == Parameter::Kind::kInterpreter;
    });
  };
  if (std::none_of(cases.begin(), cases.end(), runs_python)) {
    throw BadUsage("--python: none of the scenarios that are left runs Python");
  }
}

std::vector<std::string> names_of(const std::vector<const Scenario*>& scenarios,
                                  const Selection& selection) {
  std::vector<std::string> names;
  for (const auto* scenario : scenarios) {
    for (const auto& point : points_of(*scenario, selection)) {
      names.push_back(point.name(scenario->name));
    }
  }
  return names;
}

// Throws if wishes exclude each other. `filter`: one that matches nothing, or empty.
void refuse_conflict(const std::vector<const Scenario*>& scenarios, const Selection& selection,
                     const std::string& filter) {
  const auto names_with = [&](const Axes& axes) {
    Selection other = selection;
    other.axes = axes;
    return names_of(scenarios, other);
  };
  if (const auto conflict = conflict_of(filter, selection.axes, names_with)) {
    throw BadUsage(*conflict + "; leave one of them out, or see `bench-all list`");
  }
}

[[noreturn]] void no_case_matches(const std::vector<const Scenario*>& scenarios,
                                  const Selection& selection, const std::string& filter) {
  refuse_conflict(scenarios, selection, filter);
  std::vector<std::string> names;
  for (const auto* each : scenarios) names.emplace_back(each->name);
  throw BadUsage("no case matches " + in_quotes(filter) + "; the scenarios are: " + joined(names) +
                 "; for the commands see bench-all --help");
}

// Returns the point's name without its contender.
std::string question_of(const Scenario& scenario, const Point& point) {
  Point::Values asked;
  for (std::size_t i = 0; i < scenario.parameters.size(); ++i) {
    const Parameter& parameter = scenario.parameters[i];
    const bool says_who = parameter.kind == Parameter::Kind::kContender ||
                          parameter.kind == Parameter::Kind::kInterpreter;
    if (!says_who) asked.push_back(point.values()[i]);
  }
  return Point(std::move(asked)).name(scenario.name);
}

}  // namespace

std::string Case::contender() const { return contender_of(*scenario, point); }

std::string Case::load() const {
  for (const auto& [axis, value] : point.values()) {
    if (axis == kLoadAxis) return to_string(value);
  }
  return kLoadLevels.front();
}

bool Case::decisive() const {
  if (scenario->decisive != nullptr && scenario->decisive(point)) return true;
  const auto is_it = [this](const ContenderLabel& each) {
    return each.is_decisive && contender() == each.name;
  };
  return std::any_of(scenario->contenders.begin(), scenario->contenders.end(), is_it);
}

std::vector<Case> select(const std::vector<const Scenario*>& scenarios,
                         const Selection& selection) {
  CountedFilters filters("filter", selection.filters), excludes("--exclude", selection.excludes);
  check_axes(scenarios, selection.axes);
  std::vector<Case> cases;
  for (const auto* scenario : scenarios) {
    for (auto& point : points_of(*scenario, selection)) {
      const std::string name = point.name(scenario->name);
      if (!filters.empty() && !filters.any_matches(name)) continue;
      if (excludes.any_matches(name)) continue;
      std::string question = question_of(*scenario, point);
      cases.push_back({scenario, std::move(point), name, std::move(question)});
    }
  }
  if (const auto* idle = filters.idle()) no_case_matches(scenarios, selection, *idle);
  if (const auto* idle = excludes.idle()) {
    throw BadUsage("--exclude: " + in_quotes(*idle) +
                   " leaves nothing out; `bench-all list` shows " + "the cases");
  }
  if (cases.empty()) {
    if (excludes.empty()) refuse_conflict(scenarios, selection, "");
    throw BadUsage("no case is left by these filters; `bench-all list` shows all");
  }
  check_wishes(scenarios, selection, cases);
  return cases;
}

bool may_run_python(const std::vector<const Scenario*>& scenarios, Selection selection) try {
  const std::string any = "any";
  selection.interpreters = {any};
  const auto runs_it = [&](const Case& each) {
    const auto& values = each.point.values();
    return std::any_of(values.begin(), values.end(),
                       [&](const auto& value) { return value.second == Parameter::Value(any); });
  };
  const auto cases = select(scenarios, selection);
  return std::any_of(cases.begin(), cases.end(), runs_it);
} catch (const BadUsage&) {
  return true;
}

}  // namespace harness
