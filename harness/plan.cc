#include "harness/plan.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <random>
#include <regex>

namespace harness {
namespace {

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  for (std::size_t from = 0;;) {
    const auto to = text.find(at, from);
    parts.push_back(text.substr(from, to - from));
    if (to == std::string::npos) return parts;
    from = to + 1;
  }
}

[[noreturn]] void not_an_integer(const std::string& option, const std::string& text) {
  throw BadUsage(option + ": '" + text +
                 "' is no whole number; write 64, 1k, 1M, a list 8,64 or a range 1:16:*2");
}

std::int64_t integer(const std::string& option, const std::string& text) {
  std::int64_t value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
  const int shift = unit.empty()                 ? 0
                    : unit == "k" || unit == "K" ? 10
                    : unit == "M"                ? 20
                    : unit == "G"                ? 30
                                                 : -1;
  if (error != std::errc() || shift < 0 || value < 0) not_an_integer(option, text);
  if (value > std::numeric_limits<std::int64_t>::max() >> shift) not_an_integer(option, text);
  return value << shift;
}

// The values of an axis that the command line named, each of which the axis must have or, for
// integers, may have.
std::vector<Parameter::Value> named_values(const Parameter& parameter, const std::string& text) {
  const std::string option = "--" + std::string(parameter.name);
  std::vector<Parameter::Value> values;
  if (std::holds_alternative<std::int64_t>(parameter.sweep.front())) {
    for (const auto value : integers(option, text)) values.emplace_back(value);
    return values;
  }
  for (const auto& word : split(text, ',')) {
    if (std::find(parameter.sweep.begin(), parameter.sweep.end(), Parameter::Value(word)) ==
        parameter.sweep.end()) {
      std::string known;
      for (const auto& value : parameter.sweep) known += " " + std::get<std::string>(value);
      throw BadUsage(option + ": there is no '" + word + "'; choose from:" + known);
    }
    values.emplace_back(word);
  }
  return values;
}

std::vector<Parameter::Value> values_of(const Parameter& parameter, const Selection& selection) {
  if (parameter.kind == Parameter::Kind::kInterpreter) {
    std::vector<Parameter::Value> values{std::string("none")};
    for (const auto& label : selection.interpreters) values.emplace_back(label);
    return values;
  }
  const auto named = selection.axes.find(std::string(parameter.name));
  if (named != selection.axes.end()) return named_values(parameter, named->second);
  if (selection.smoke && parameter.kind != Parameter::Kind::kContender) {
    return {parameter.sweep.front()};
  }
  return parameter.sweep;
}

std::vector<Point> points_of(const Scenario& scenario, const Selection& selection) {
  std::vector<Point::Values> points{{}};
  for (const auto& parameter : scenario.parameters) {
    std::vector<Point::Values> longer;
    for (const auto& point : points) {
      for (const auto& value : values_of(parameter, selection)) {
        longer.push_back(point);
        longer.back().emplace_back(parameter.name, value);
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

std::vector<std::regex> expressions(const std::vector<std::string>& texts) {
  std::vector<std::regex> all;
  for (const auto& text : texts) {
    try {
      all.emplace_back(text);
    } catch (const std::regex_error&) {
      throw BadUsage("'" + text + "' is not a regular expression");
    }
  }
  return all;
}

void check_axes(const std::vector<const Scenario*>& scenarios, const Selection& selection) {
  for (const auto& filter : selection.filters) {
    const auto matches = [&](const Scenario* each) {
      return std::regex_search(std::string(each->name), std::regex(filter)) ||
             filter.find('/') != std::string::npos || filter.find(':') != std::string::npos;
    };
    if (std::none_of(scenarios.begin(), scenarios.end(), matches)) {
      std::string known;
      for (const auto* each : scenarios) known += " " + std::string(each->name);
      throw BadUsage("no case matches '" + filter + "'; the scenarios are:" + known);
    }
  }
}

}  // namespace

std::vector<std::int64_t> integers(const std::string& option, const std::string& text) {
  std::vector<std::int64_t> values;
  for (const auto& part : split(text, ',')) {
    const auto range = split(part, ':');
    if (range.size() == 1) {
      values.push_back(integer(option, part));
      continue;
    }
    if (range.size() != 3 || range[2].size() < 2 || (range[2][0] != '*' && range[2][0] != '+')) {
      not_an_integer(option, part);
    }
    const auto first = integer(option, range[0]), last = integer(option, range[1]),
               step = integer(option, range[2].substr(1));
    const bool multiply = range[2][0] == '*';
    if (first > last || step < 1 || (multiply && (step < 2 || first < 1))) {
      not_an_integer(option, part);
    }
    for (auto value = first; value <= last; value = multiply ? value * step : value + step) {
      values.push_back(value);
      if (values.size() > 1000) throw BadUsage(option + ": more than 1000 values; name fewer");
    }
  }
  return values;
}

std::vector<Case> select(const std::vector<const Scenario*>& scenarios,
                         const Selection& selection) {
  const auto filters = expressions(selection.filters), excludes = expressions(selection.excludes);
  check_axes(scenarios, selection);
  std::vector<Case> cases;
  for (const auto* scenario : scenarios) {
    for (auto& point : points_of(*scenario, selection)) {
      const std::string name = point.name(scenario->name);
      const auto found = [&](const std::regex& each) { return std::regex_search(name, each); };
      if (!filters.empty() && std::none_of(filters.begin(), filters.end(), found)) continue;
      if (std::any_of(excludes.begin(), excludes.end(), found)) continue;
      cases.push_back({scenario, std::move(point), name});
    }
  }
  if (cases.empty()) throw BadUsage("no case is left by these filters; `bench-all list` shows all");
  return cases;
}

std::vector<Launch> order(const std::vector<Case>& cases, int rounds, std::uint64_t seed,
                          bool shuffled) {
  std::mt19937_64 random(seed);
  std::vector<Launch> all;
  for (int round = 1; round <= rounds; ++round) {
    const auto begin = all.size();
    for (const auto& each : cases) all.push_back({&each, round});
    if (shuffled) std::shuffle(all.begin() + static_cast<std::ptrdiff_t>(begin), all.end(), random);
  }
  return all;
}

}  // namespace harness
