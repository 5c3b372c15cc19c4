#include "harness/command/values.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <map>
#include <optional>

#include "harness/base/errors.h"

namespace harness {
namespace {

// The number that the whole text is, if it is one.
template <typename Number>
std::optional<Number> number(const std::string& text) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end) return std::nullopt;
  return value;
}

}  // namespace

std::chrono::nanoseconds duration(const std::string& option, const std::string& text) {
  static const std::map<std::string, double> units = {
      {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
  double value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  std::string unit(rest, text.data() + text.size());
  std::transform(unit.begin(), unit.end(), unit.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto known = units.find(unit);
  if (error != std::errc() || known == units.end() || !(value > 0) ||
      value * known->second > 864e11) {
    throw BadUsage(option + ": " + in_quotes(text) +
                   " is not a duration of at most a day; write 80ms, 0.5s or 2m");
  }
  return std::chrono::nanoseconds(static_cast<std::int64_t>(value * known->second));
}

int between(const std::string& option, const std::string& text, int least, int most) {
  const auto value = number<int>(text);
  if (value && *value >= least && *value <= most) return *value;
  throw BadUsage(option + ": " + in_quotes(text) + " is not a whole number between " +
                 std::to_string(least) + " and " + std::to_string(most));
}

double decimal(const std::string& option, const std::string& text, double least, double most) {
  const auto value = number<double>(text);
  if (value && *value >= least && *value <= most) return *value;
  char bounds[80];
  std::snprintf(bounds, sizeof bounds, "%g and %g", least, most);
  throw BadUsage(option + ": " + in_quotes(text) + " is not a number between " + bounds);
}

std::uint64_t seed_of(const std::string& text) {
  const auto seed = number<std::uint64_t>(text);
  if (seed) return *seed;
  throw BadUsage("--seed: " + in_quotes(text) + " is not a whole number below 2^64");
}

}  // namespace harness
