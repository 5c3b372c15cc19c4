#include "harness/judge/skipped.h"

#include "harness/base/counted.h"

namespace harness {

std::string skip_reason(const std::string& of_a, const std::string& of_b) {
  return of_a == of_b ? of_a : "A: " + of_a + "; B: " + of_b;
}

std::vector<std::string> skip_warnings(const SkippedCases& skipped, const std::string& sides) {
  constexpr std::size_t kMost = 5;
  std::map<std::string, std::vector<std::string>> cases;  // by reason
  for (const auto& [name, why] : skipped) cases[why].push_back(name);
  std::vector<std::string> warnings, others;
  const auto add = [&](const std::vector<std::string>& names, const std::string& why) {
    warnings.push_back(counted(names.size(), "case") + " left out, since " + sides + " skip " +
                       (names.size() == 1 ? "it" : "them") + " (" + why + "): " + few_of(names));
  };
  for (const auto& [why, names] : cases) {
    if (warnings.size() < kMost || cases.size() == kMost + 1) {
      add(names, why);
    } else {
      others.insert(others.end(), names.begin(), names.end());
    }
  }
  if (!others.empty()) add(others, counted(cases.size() - kMost, "more reason"));
  return warnings;
}

}  // namespace harness
