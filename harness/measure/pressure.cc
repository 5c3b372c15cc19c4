#include "harness/measure/pressure.h"

#include <cstdlib>

#include "harness/base/files.h"

namespace harness {

std::optional<double> stalled_us_in(const std::string& text) {
  const std::string some = text.substr(0, text.find('\n')), key = " total=";
  const auto at = some.find(key);
  if (some.rfind("some ", 0) != 0 || at == std::string::npos) return std::nullopt;
  return std::strtod(some.c_str() + at + key.size(), nullptr);
}

std::optional<double> cpu_stalled_us() {
  const auto text = read_text("/proc/pressure/cpu");
  return text ? stalled_us_in(*text) : std::nullopt;
}

}  // namespace harness
