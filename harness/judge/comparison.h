// Comparison: two builds against each other, in rounds of neighbouring fresh processes.
//
//   Comparison comparison(a, b, cases, settings);
//   comparison.run();                     // rounds, then fresh rounds of what seems worse
//   print(comparison.result()) ...
//
// A case of which a launch fails is measured no further and is incomparable, whatever its other launches say: it is
// broken, not slow. So is a rate or a median latency that A has and B lacks in a quarter of the rounds or more (one_sided.h).
//
// In an odd round A runs before B, in an even one B before A, case by case, so that a drift of the machine
// favours neither. One round gives one difference a metric; a launch that fails gives none.
//
// With a time budget, rounds go where they decide most: six of each case; then more of those that are still open,
// the nearest to a decision first. "Same" ends a case at once. "Worse" and "better" need all rounds, as without a
// budget, since looking early finds them by chance too often. An undecided case gets up to four times as many. The
// time that confirming all suspects would take is kept free. If it does not suffice all the same, their rows say so.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "harness/judge/build.h"
#include "harness/judge/compared.h"
#include "harness/judge/metric.h"
#include "harness/judge/one_sided.h"
#include "harness/judge/pair.h"

namespace harness {

struct ComparisonSettings {
  int rounds = 12;
  double delta = 0.05;  // of a headline
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

struct Comparison {
  using Progress = std::function<void(int round, int rounds, const std::string& phase)>;

  Comparison(Build a, Build b, std::vector<std::string> cases, ComparisonSettings settings);

  // A case that is not measured, since only one build has it.
  void leave_out(const std::string& name, const std::string& why);
  void warn(const std::string& text) { result_.warnings.push_back(text); }

  // Takes pairs of an earlier comparison of the same builds and settings for those that it would measure first, and
  // gives each one that it measures itself to `keep`.
  void go_on_from(const std::vector<Pair>& made, std::function<void(const Pair&)> keep);

  // Measures and judges. Ends early, with what there is, when the program is interrupted.
  void run(const Progress& progress);

  const Compared& result() const { return result_; }

 private:
  using Samples = std::map<std::string, std::map<Metric, ComparedRow>>;

  void measure_all(Samples& samples, const Progress& progress);
  // Returns the cases that more rounds may decide, the nearest to a decision first.
  std::vector<std::string> open_cases(const Samples& samples);
  int measure_rounds(const std::vector<std::string>& cases, int rounds, Samples& into,
                     const std::string& phase, const Progress& progress);
  void measure_pair(const std::string& name, Samples& into);
  // Returns a pair that was made earlier, and counts its time as spent; nothing if there is none.
  std::optional<Pair> made_pair(const std::string& name);
  // Returns nothing if it was interrupted.
  std::optional<Pair> launched_pair(const std::string& name);
  void add_pair(const Pair& pair, Samples& into);
  void add_pairs_that_are_left(Samples& into);
  void judge_all(Samples& samples);
  void add_one_sided(Samples& samples);
  void mark_lost(ComparedRow& row);
  std::string why_not_compared(const std::string& name) const;
  void mark_failed();
  void confirm(const Progress& progress);
  void say_what_is_unconfirmed();
  bool has_time_for(std::chrono::nanoseconds longest) const;

  Build a_, b_;
  std::vector<std::string> cases_;
  ComparisonSettings settings_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::map<std::pair<std::string, bool>, std::deque<Pair>> made_;  // by case and freshness
  std::function<void(const Pair&)> keep_ = [](const Pair&) {};
  bool confirming_ = false;
  int fresh_pairs_missing_ = 0;                  // of what is worse and could not be confirmed
  std::map<std::string, int> pairs_;             // of launches that were made, by case
  std::map<std::string, std::string> failures_;  // why a case is measured no further
  std::map<std::pair<std::string, Metric>, RoundsWith> measured_;  // fresh rounds too
  std::chrono::nanoseconds longest_pair_{};                        // that one of them took
  std::chrono::nanoseconds reserve_{};                             // kept free for confirming
  std::mt19937_64 random_;
  Compared result_;
};

}  // namespace harness
