// How many there are, in words: a number and its noun, and a list of names that may be long.
//
//   counted(6, "round")                      "6 rounds"
//   counted(1, "launch", "launches")         "1 launch"
//   few_of({"a", "b", "c", "d", "e"})        "a; b; c; and 2 more"
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <string>
#include <vector>

namespace harness {

template <std::integral Count>
std::string counted(Count count, const std::string& noun, const std::string& plural = {}) {
  if (count == 1) return "1 " + noun;
  return std::to_string(count) + " " + (plural.empty() ? noun + "s" : plural);
}

// Returns the first of them. All are shown where only one would be left out.
inline std::string few_of(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 3;
  const std::size_t shown =
      names.size() == kMost + 1 ? names.size() : std::min(kMost, names.size());
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : "; ") + names[i];
  if (shown < names.size()) text += "; and " + std::to_string(names.size() - shown) + " more";
  return text;
}

}  // namespace harness
