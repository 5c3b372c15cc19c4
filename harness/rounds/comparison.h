// Comparison: two builds against each other, in rounds of neighbouring fresh processes.
//
//   Comparison comparison(a, b, cases, settings);
//   comparison.run();                     // rounds, then fresh rounds of what seems worse
//   print(comparison.result()) ...
//
// A case of which a launch fails is measured no further and is incomparable, whatever its other launches say: it is
// broken, not slow. So is a rate or a median latency that A has and B lacks in a quarter of the rounds or more (one_sided.h).
// One that both builds skip, each with a reason, is left out of the judgement (judge/skipped.h).
//
// How the rounds are made, and where they go with a time budget, is rounds.h.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/judge/compared.h"
#include "harness/judge/comparison_settings.h"
#include "harness/rounds/build.h"
#include "harness/rounds/pair.h"
#include "harness/rounds/rounds.h"

namespace harness {

class Comparison {
 public:
  using Progress = Rounds::Progress;

  Comparison(Build a, Build b, std::vector<std::string> cases, ComparisonSettings settings);
  Comparison(const Comparison&) = delete;  // rounds_ refers to settings_
  Comparison& operator=(const Comparison&) = delete;

  // A case that is not measured, since only one build has it.
  void leave_out(const std::string& name, const std::string& why);
  void warn(const std::string& text) { result_.warnings.push_back(text); }

  // Takes pairs of an earlier comparison of the same builds and settings for those that it would measure first, and
  // gives each one that it measures itself to `keep`.
  void go_on_from(const std::vector<Pair>& made, std::function<void(const Pair&)> keep);

  // Measures and judges. Ends early, with what there is, when the program is interrupted.
  void run(const Progress& progress);

  const Compared& result() const { return result_; }
  // As that of PairSource.
  std::optional<bool> are_same_code() const { return rounds_.are_same_code(); }

 private:
  void judge_all();
  void say_what_was_left_out();
  void warn_of_few_rounds(const std::vector<ComparedRow*>& family, int judged);
  void add_one_sided();
  void say_where_it_lacks(ComparedRow& row);
  std::string why_not_compared(const std::string& name) const;
  void mark_failed();
  void mark_made_again();
  // confirmation.cc
  std::map<std::string, int> rounds_of_doubtful(const std::map<std::string, int>& rounds);
  Judgement judge_afresh(const ComparedRow& row);
  void confirm(const Progress& progress);
  void say_what_is_unconfirmed();

  std::vector<std::string> cases_;
  ComparisonSettings settings_;
  Rounds rounds_;
  std::map<std::string, int>
      fresh_missing_;  // rounds, by case: of what is worse and could not be confirmed
  Compared result_;
};

}  // namespace harness
