#include "harness/plan/plan.h"

#include <algorithm>

#include "harness/base/errors.h"
#include "harness/base/lists.h"
#include "harness/plan/filter.h"

namespace harness {
namespace {

constexpr std::size_t kMostPoints = 100'000;

bool is_text(const Parameter& parameter) {
  return std::holds_alternative<std::string>(parameter.sweep.front());
}

template <typename T>
bool contains(const std::vector<T>& values, const T& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

template <typename T>
void add_once(std::vector<T>& values, const T& value) {
  if (!contains(values, value)) values.push_back(value);
}

// The values that the command line named: any integers, or those of the words that this axis has.
std::vector<Parameter::Value> named_values(const Parameter& parameter, const std::string& text) {
  using Value = Parameter::Value;
  std::vector<Value> values;
  if (is_text(parameter)) {
    for (const auto& word : split(text, ',')) {
      if (contains(parameter.sweep, Value(word))) add_once(values, Value(word));
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
  if (first_only && parameter.kind == Parameter::Kind::kPlain) {
    return {parameter.sweep.front()};
  }
  return parameter.sweep;
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
    if (scenario.offers == nullptr || scenario.offers(point)) offered.push_back(std::move(point));
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
      for (const auto& value : parameter.sweep) add_once(words, to_string(value));
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

// Throws if no case has the axis that was named, which would have been ignored.
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
                 "; the commands: run list report env ab aa");
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

}  // namespace harness
