// counted(): a number and its noun, which is in the singular after 1.
//
//   counted(6, "round")                      "6 rounds"
//   counted(1, "launch", "launches")         "1 launch"
#pragma once

#include <concepts>
#include <string>

namespace harness {

template <std::integral Count>
std::string counted(Count count, const std::string& noun, const std::string& plural = {}) {
  if (count == 1) return "1 " + noun;
  return std::to_string(count) + " " + (plural.empty() ? noun + "s" : plural);
}

}  // namespace harness
