#include "harness/plan/axes.h"

#include <algorithm>

#include "harness/base/errors.h"
#include "harness/base/lists.h"
#include "harness/measure/load.h"

namespace harness {
namespace {

// An axis whose sweep is empty (no contender was linked in) takes words, of which it may have none.
bool is_text(const Parameter& parameter) {
  const auto& values = parameter.sweep.empty() ? parameter.more : parameter.sweep;
  return values.empty() || std::holds_alternative<std::string>(values.front());
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

std::optional<std::string> form_of(const Parameter& parameter, const std::string& word) {
  return parameter.form == nullptr ? std::nullopt : parameter.form(word);
}

// Returns true if a scenario's axis takes the word although no list names it.
bool has_form(const std::vector<const Scenario*>& scenarios, const std::string& axis,
              const std::string& word) {
  for (const auto* scenario : scenarios) {
    for (const auto& parameter : scenario->parameters) {
      if (parameter.name == axis && form_of(parameter, word)) return true;
    }
  }
  return false;
}

}  // namespace

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
    if (!has_axis(*scenario, kLoadAxis)) all.back().parameters.push_back(axis);
  }
  return all;
}

bool has_axis(const Scenario& scenario, std::string_view axis) {
  return std::any_of(scenario.parameters.begin(), scenario.parameters.end(),
                     [&](const Parameter& each) { return each.name == axis; });
}

std::vector<Parameter::Value> named_values(const Parameter& parameter, const std::string& text) {
  using Value = Parameter::Value;
  std::vector<Value> values;
  if (is_text(parameter)) {
    for (const auto& word : split(text, ',')) {
      const bool known =
          contains(parameter.sweep, Value(word)) || contains(parameter.more, Value(word));
      if (known) {
        add_once(values, Value(word));
      } else if (const auto form = form_of(parameter, word)) {
        add_once(values, Value(*form));
      }
    }
  } else {
    for (const auto number : integers("--" + std::string(parameter.name), text)) {
      add_once(values, Value(number));
    }
  }
  return values;
}

// Scenarios may share an axis and differ in its words: each word must be known to one of them.
void check_axes(const std::vector<const Scenario*>& scenarios,
                const std::map<std::string, std::string>& axes) {
  for (const auto& [axis, text] : axes) {
    const auto known = words_of(scenarios, axis);
    for (const auto& word : split(text, ',')) {
      if (known.empty() || contains(known, word) || has_form(scenarios, axis, word)) continue;
      throw BadUsage("--" + axis + ": there is no " + in_quotes(word) +
                     "; choose from: " + joined(known));
    }
  }
}

}  // namespace harness
