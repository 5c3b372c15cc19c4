#include "harness/plan/plan.h"

#include <algorithm>

#include "harness/base/errors.h"
#include "harness/base/lists.h"
#include "harness/measure/load.h"
#include "harness/plan/filter.h"

namespace harness {
namespace {

constexpr std::size_t kMostPoints = 100'000;
constexpr std::string_view kLoadAxis = "load";

// An axis whose sweep is empty (no contender was linked in) takes words, of which it may have none.
bool is_text(const Parameter& parameter) {
  const auto& values = parameter.sweep.empty() ? parameter.more : parameter.sweep;
  return values.empty() || std::holds_alternative<std::string>(values.front());
}

// The values that the command line named: any integers, or those of the words that this axis has.
std::vector<Parameter::Value> named_values(const Parameter& parameter, const std::string& text) {
  using Value = Parameter::Value;
  std::vector<Value> values;
  if (is_text(parameter)) {
    for (const auto& word : split(text, ',')) {
      const bool known =
          contains(parameter.sweep, Value(word)) || contains(parameter.more, Value(word));
      if (known) add_once(values, Value(word));
    }
  } else {
    for (const auto number : integers("--" + std::string(parameter.name), text)) {
      add_once(values, Value(number));
    }
  }
  return values;
}

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
  const bool is_program = contains(selection.programs, contender_of(scenario, point));
  const auto asked = is_program ? scenario.offers_program : scenario.offers;
  return asked == nullptr || asked(point);
}

std::vector<Point> points_of(const Scenario& scenario, const Selection& selection) {
  std::vector<Point::Values> points{{}};
  for (const auto& parameter : scenario.parameters) {
    std::vector<Point::Values> longer;
    for (const auto& point : points) {
      for (const auto& value : values_of(scenario, parameter, selection)) {
        longer.push_back(point);
        longer.back().emplace_back(parameter.name, value);
        if (longer.size() > kMostPoints) {
          throw BadUsage("--" + std::string(parameter.name) + ": " + std::string(scenario.name) +
                         " would have more than " + std::to_string(kMostPoints) +
                         " cases; name fewer values");
        }
      }
    }
    points = std::move(longer);
  }
  std::vector<Point> offered;
  for (auto& values : points) {
    Point point(std::move(values));
    if (offers(scenario, point, selection)) offered.push_back(std::move(point));
  }
  return offered;
}

std::vector<Filter> filters_of(const char* option, const std::vector<std::string>& texts) {
  std::vector<Filter> all;
  for (const auto& text : texts) all.emplace_back(option, text);
  return all;
}

bool has_axis(const Scenario& scenario, const std::string& axis) {
  return std::any_of(scenario.parameters.begin(), scenario.parameters.end(),
                     [&](const Parameter& each) { return each.name == axis; });
}

// The words of an axis, of all scenarios that have it; none if it takes integers.
std::vector<std::string> words_of(const std::vector<const Scenario*>& scenarios,
                                  const std::string& axis) {
  std::vector<std::string> words;
  for (const auto* scenario : scenarios) {
    for (const auto& parameter : scenario->parameters) {
      if (parameter.name != axis || !is_text(parameter)) continue;
      for (const auto* values : {&parameter.sweep, &parameter.more}) {
        for (const auto& value : *values) add_once(words, to_string(value));
      }
    }
  }
  return words;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += " " + word;
  return text;
}

// Scenarios may share an axis and differ in its words: each word must be known to one of them.
void check_axes(const std::vector<const Scenario*>& scenarios, const Selection& selection) {
  for (const auto& [axis, text] : selection.axes) {
    const auto known = words_of(scenarios, axis);
    for (const auto& word : split(text, ',')) {
      if (known.empty() || contains(known, word)) continue;
      throw BadUsage("--" + axis + ": there is no " + in_quotes(word) +
                     "; choose from:" + joined(known));
    }
  }
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
                   ": none of the scenarios that are left has it; it belongs to:" + joined(names));
  }
  for (const auto& program : selection.programs) {
    const auto is_its = [&](const Case& each) { return each.contender() == program; };
    if (std::any_of(cases.begin(), cases.end(), is_its)) continue;
    throw BadUsage("--contender-program: no case of " + in_quotes(program) +
                   " is left; programs can answer:" + joined(that_take_programs(scenarios)));
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

// Filters, and how many cases each has found.
class CountedFilters {
 public:
  CountedFilters(const char* option, const std::vector<std::string>& texts)
      : filters_(filters_of(option, texts)), found_(filters_.size()) {}

  bool empty() const { return filters_.empty(); }
  bool any_matches(const std::string& name) {
    bool any = false;
    for (std::size_t i = 0; i < filters_.size(); ++i) {
      if (!filters_[i].matches(name)) continue;
      ++found_[i];
      any = true;
    }
    return any;
  }
  // The text of the first that has found no case; null if there is none.
  const std::string* idle() const {
    const auto none = std::find(found_.begin(), found_.end(), 0u);
    return none == found_.end() ? nullptr
                                : &filters_[static_cast<std::size_t>(none - found_.begin())].text();
  }

 private:
  std::vector<Filter> filters_;
  std::vector<std::size_t> found_;
};

[[noreturn]] void no_case_matches(const std::vector<const Scenario*>& scenarios,
                                  const std::string& filter) {
  std::vector<std::string> names;
  for (const auto* each : scenarios) names.emplace_back(each->name);
  throw BadUsage("no case matches " + in_quotes(filter) + "; the scenarios are:" + joined(names) +
                 "; the commands: run list report env ab aa compare noise fleet man completion");
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

std::list<Scenario> with_load(const std::vector<const Scenario*>& scenarios) {
  Parameter axis{.name = kLoadAxis,
                 .column = "load",
                 .sweep = {},
                 .meaning =
                     "CPU-bound work of others on the CPUs of the parties: none, half (every "
                     "other 10 ms), full"};
  for (const char* level : kLoadLevels) {
    (axis.sweep.empty() ? axis.sweep : axis.more).emplace_back(std::string(level));
  }
  std::list<Scenario> all;
  for (const auto* scenario : scenarios) {
    all.push_back(*scenario);
    if (!has_axis(*scenario, std::string(kLoadAxis))) all.back().parameters.push_back(axis);
  }
  return all;
}

std::vector<Case> select(const std::vector<const Scenario*>& scenarios,
                         const Selection& selection) {
  CountedFilters filters("filter", selection.filters), excludes("--exclude", selection.excludes);
  check_axes(scenarios, selection);
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
  if (const auto* idle = filters.idle()) no_case_matches(scenarios, *idle);
  if (const auto* idle = excludes.idle()) {
    throw BadUsage("--exclude: " + in_quotes(*idle) +
                   " leaves nothing out; `bench-all list` shows " + "the cases");
  }
  if (cases.empty()) throw BadUsage("no case is left by these filters; `bench-all list` shows all");
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
