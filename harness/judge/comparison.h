// Comparison: two builds against each other, in rounds of neighbouring fresh processes.
//
//   Comparison comparison(a, b, cases, settings);
//   comparison.run();                     // rounds, then fresh rounds of what seems worse
//   print(comparison.result()) ...
//
// In an odd round A runs before B, in an even one B before A, case by case, so that a drift of the machine
// favours neither. One round gives one difference a metric; a launch that fails gives none.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "harness/judge/build.h"
#include "harness/judge/compared.h"
#include "harness/judge/metric.h"

namespace harness {

struct ComparisonSettings {
  int rounds = 12;
  double delta = 0.05;  // of a headline
  std::uint64_t seed = 0;
  std::chrono::nanoseconds budget = std::chrono::hours(24);  // rounds that do not fit are left out
  std::vector<std::string> options;                          // for both builds, as --window 20ms
  std::filesystem::path scratch;
};

struct Comparison {
  using Progress = std::function<void(int round, int rounds, const std::string& phase)>;

  Comparison(Build a, Build b, std::vector<std::string> cases, ComparisonSettings settings);

  // Measures and judges. Ends early, with what there is, when the program is interrupted.
  void run(const Progress& progress);

  const Compared& result() const { return result_; }

 private:
  using Samples = std::map<std::string, std::map<Metric, ComparedRow>>;

  int measure_rounds(const std::vector<std::string>& cases, int rounds, Samples& into,
                     const std::string& phase, const Progress& progress);
  void measure_pair(const std::string& name, bool a_first, Samples& into);
  void confirm(const Progress& progress);
  bool has_time_for(std::chrono::nanoseconds longest) const;

  Build a_, b_;
  std::vector<std::string> cases_;
  ComparisonSettings settings_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::mt19937_64 random_;
  Compared result_;
};

}  // namespace harness
