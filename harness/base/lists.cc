#include "harness/base/lists.h"

#include <charconv>
#include <limits>

#include "harness/base/errors.h"

namespace harness {
namespace {

[[noreturn]] void not_an_integer(const std::string& option, const std::string& text) {
  throw BadUsage(option + ": " + in_quotes(text) +
                 " is not a whole number; write 64, 1k, 1M, a list 8,64 or a range 1:16:*2");
}

std::int64_t integer(const std::string& option, const std::string& text) {
  std::int64_t value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
  const int shift = unit.empty()                 ? 0
                    : unit == "k" || unit == "K" ? 10
                    : unit == "m" || unit == "M" ? 20
                    : unit == "g" || unit == "G" ? 30
                                                 : -1;
  if (error == std::errc::invalid_argument || shift < 0 || text.front() == '-') {
    not_an_integer(option, text);
  }
  if (error != std::errc() || value > std::numeric_limits<std::int64_t>::max() >> shift) {
    throw BadUsage(option + ": " + in_quotes(text) + " is too large; the largest is 2^63 - 1");
  }
  return value << shift;
}

void add(const std::string& option, std::vector<std::int64_t>& values, std::int64_t value) {
  if (values.size() == 1000) throw BadUsage(option + ": more than 1000 values; name fewer");
  values.push_back(value);
}

}  // namespace

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  for (std::size_t from = 0;;) {
    const auto to = text.find(at, from);
    parts.push_back(text.substr(from, to - from));
    if (to == std::string::npos) return parts;
    from = to + 1;
  }
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) (i == 0 ? text : text.append(between)) += parts[i];
  return text;
}

std::vector<std::int64_t> integers(const std::string& option, const std::string& text) {
  std::vector<std::int64_t> values;
  for (const auto& part : split(text, ',')) {
    const auto range = split(part, ':');
    if (range.size() == 1) {
      add(option, values, integer(option, part));
      continue;
    }
    if (range.size() != 3 || range[2].size() < 2 || (range[2][0] != '*' && range[2][0] != '+')) {
      not_an_integer(option, part);
    }
    const auto first = integer(option, range[0]), last = integer(option, range[1]),
               step = integer(option, range[2].substr(1));
    const bool multiply = range[2][0] == '*';
    if (first > last || step < 1 || (multiply && (step < 2 || first < 1))) {
      throw BadUsage(option + ": the range " + in_quotes(part) +
                     " is empty or endless; write it upwards, as 1:16:*2 or 0:6:+3");
    }
    for (auto value = first; value <= last;) {
      add(option, values, value);
      if (multiply ? __builtin_mul_overflow(value, step, &value)
                   : __builtin_add_overflow(value, step, &value)) {
        break;
      }
    }
  }
  return values;
}

}  // namespace harness
