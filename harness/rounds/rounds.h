// Rounds: measures two builds in rounds of neighbouring launches, and collects what they have given of each case.
//
//   Rounds rounds(a, b, cases, settings);
//   rounds.measure(progress);                  // rounds.samples()
//   rounds.measure_afresh(suspects, progress); // rounds.fresh_samples()
//
// In an odd round A runs before B, in an even one B before A, case by case, so that a drift of the machine
// favours neither. One round gives one difference a metric. A case of which a launch fails is measured no further. A launch
// that is late is made again (pair_source.h), but a case that hangs in a second round is broken: to hang now and then is no
// matter of the machine.
//
// With a time budget, rounds go where they decide most: six of each case; then more of those that are still open,
// the nearest to a decision first. "Same" ends a case at once. Whether it is worse or better is looked at after as many
// rounds as without a budget, after twice and after four times as many, and by the same rule as at the end (the false
// discovery rate of all metrics): to look after each round would find a change by chance too often. A case that is
// undecided at the last look is measured no further. The time that confirming what is worse would take is kept free.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "harness/judge/compared.h"
#include "harness/judge/comparison_settings.h"
#include "harness/judge/family.h"
#include "harness/judge/skipped.h"
#include "harness/rounds/pair_source.h"

namespace harness {

class Rounds {
 public:
  using Progress = std::function<void(int round, int rounds, const std::string& phase)>;
  using Samples = std::map<std::string, std::map<Metric, ComparedRow>>;

  Rounds(Build a, Build b, std::vector<std::string> cases, const ComparisonSettings& settings);

  // As Comparison::go_on_from().
  void go_on_from(const std::vector<Pair>& made, std::function<void(const Pair&)> keep);

  // Ends early when the time is spent or the program is interrupted.
  void measure(const Progress& progress);
  // The same of rounds that confirm: until there are so many of each of these cases.
  void measure_afresh(const std::map<std::string, int>& rounds, const Progress& progress);

  Samples& samples() { return samples_; }
  Samples& fresh_samples() { return fresh_; }
  // In how many rounds each build measured a metric of a case, fresh rounds too.
  const MeasuredRounds& measured() const { return measured_; }
  // Why a case is measured no further.
  const std::map<std::string, std::string>& failures() const { return failures_; }
  // Cases that both builds skipped in their first round, and why. They are not measured either; one that is skipped later,
  // after it was measured, is a failure.
  const SkippedCases& skipped() const { return skipped_; }
  // The launches that were late, by case.
  const std::map<std::string, std::vector<LateLaunch>>& late() const { return late_; }
  std::optional<bool> are_same_code() const { return source_.are_same_code(); }
  // Returns true if a round of the case was begun.
  bool were_made(const std::string& name) const { return made_.count(name) != 0; }
  // Returns how many rounds were made of the case, fresh ones not counted; and how many that confirm.
  int made_of(const std::string& name) const;
  int fresh_of(const std::string& name) const;
  // Returns how many are made of a case that remains undecided, fresh ones not counted.
  int most_rounds() const;
  // Returns the time budget in which so many more rounds of these cases would fit.
  std::chrono::nanoseconds budget_with(const std::map<std::string, int>& more_rounds) const;

 private:
  void measure_to_budget(const Progress& progress);
  // Returns the cases that more rounds may decide, the nearest to a decision first.
  std::vector<std::string> open_cases();
  // Returns how many rounds more would decide a metric of which so many were made; 0 if it is measured no further.
  int rounds_lacking(const Judgement& judged, int made) const;
  // Returns the number of rounds, `made` or more, at which it is looked at whether a case is worse or better.
  int next_look(int made) const;
  std::map<std::string, int> rounds_of_all(int rounds) const;
  bool measure_rounds(const std::map<std::string, int>& rounds, const std::string& phase,
                      const Progress& progress);
  void measure_pair(const std::string& name);
  void add_pair(const Pair& pair);
  void add_late(const Pair& pair);
  void add_pairs_that_are_left();
  std::chrono::nanoseconds longest_of(const std::string& name) const;
  std::chrono::nanoseconds time_of(const std::map<std::string, int>& rounds) const;
  bool has_time_for(std::chrono::nanoseconds time) const;
  bool is_there(const std::string& name) const;
  bool is_given_up(const std::string& name) const;
  void add_skipped(const Pair& pair);

  PairSource source_;
  std::vector<std::string> cases_;
  const ComparisonSettings& settings_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  bool confirming_ = false;
  std::map<std::string, int> made_, fresh_made_;  // rounds, by case
  std::map<std::string, std::string> failures_;   // why a case is measured no further
  SkippedCases skipped_;
  std::map<std::string, std::vector<LateLaunch>> late_;
  MeasuredRounds measured_;
  Samples samples_, fresh_;
  std::map<std::string, std::chrono::nanoseconds> longest_pair_;  // that one of a case took
  std::chrono::nanoseconds longest_of_all_{};
  std::chrono::nanoseconds reserve_{};  // kept free for confirming
  std::mt19937_64 random_;
};

}  // namespace harness
