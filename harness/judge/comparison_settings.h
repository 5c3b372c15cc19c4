// ComparisonSettings: how many rounds of two builds are made, with which options, and which difference matters.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/judge/advice.h"
#include "harness/judge/metric.h"

namespace harness {

// Returns true for a floor above 100 %, of fairness above 0.5: what would have to be so much worse before it is found is
// not guarded.
bool leaves_no_gate(Metric metric, double floor);

struct ComparisonSettings {
  int rounds = 12;
  double delta = 0.05;                   // of a headline
  Reader reader = Reader::kCommandLine;  // of the advice in its rows and warnings
  std::uint64_t seed = 0;
  std::optional<std::chrono::nanoseconds> budget = {};  // rounds that do not fit are left out
  std::vector<std::string> options;                     // for both builds, as --window 20ms
  struct OfPair {
    std::vector<std::string> a, b;
  };
  std::map<std::string, OfPair> options_of_pair = {};  // more of them, by case
  // By case and metric: no smaller difference is taken for a change.
  std::map<std::pair<std::string, Metric>, double> floors = {};

  // Returns the smallest difference that matters: the floor where there is one above delta, else delta's.
  double threshold(const std::string& name, Metric metric) const;
  std::optional<double> floor_of(const std::string& name, Metric metric) const;
  std::filesystem::path scratch;
};

}  // namespace harness
