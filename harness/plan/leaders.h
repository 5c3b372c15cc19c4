// Leaders: the cases of one question that its answer will name, as far as one launch of each shows.
//
// Which contender of others leads is not known before it has been measured, so no scenario can declare it. A verdict
// names the best of all and the next, and of those that may be picked also the best of another library
// (scripts/data/races.py, scripts/answers/needs.py).
#pragma once

#include <array>
#include <string>
#include <vector>

namespace harness {

struct Case;

// What the first launch of a case showed.
struct Showing {
  const Case* of = nullptr;
  std::string between = "";  // column `scope`: threads are compared with threads
  std::string library = "";  // its family in the report
  // What it may be compared by, the column to prefer first; more is better, and 0 is "not measured".
  std::array<double, 3> merits = {};
  // It is no limit of the machine and does not spin or yield for as long as it waits.
  bool is_choice = true;

  friend bool operator==(const Showing&, const Showing&) = default;
};

// Returns the best of all, the best that may be picked, the best of another library than each of these two, and the
// second of all and of those that may be picked: in this order of importance, each case once. They are compared by the first column that nearly as many have as any other.
constexpr std::size_t kMostLeaders = 6;
std::vector<const Case*> leaders(const std::vector<Showing>& shown);

}  // namespace harness
