// Verdict: what paired rounds of two builds say about one metric of one case.
//
// Each round gives one difference: the logarithm of B / A, or B - A of a share; positive means that B is
// worse. The effect is the median difference, its interval is that of order statistics (statistics.h).
//
//   | verdict      | the 95 % interval of the effect                                        |
//   | worse        | lies above 0, and the effect is at least delta                         |
//   | better       | lies below 0, and the effect is at most -delta                         |
//   | same         | lies between -delta and +delta                                         |
//   | undecided    | does none of this; `rounds_needed` estimates what would decide it      |
//   | incomparable | there is none: one side did not measure the case                       |
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "harness/judge/metric.h"
#include "harness/judge/statistics.h"

namespace harness {

inline constexpr int kFewestRounds = 6;  // that give an interval
inline constexpr int kFewestLaunches =
    5;  // of stored runs, a side, with which the U test can tell them apart

enum class Verdict { kBetter, kSame, kWorse, kUndecided, kIncomparable };
std::string_view name_of(Verdict verdict);

// Why a row is undecided that looked better or worse.
enum class Doubt {
  kNone,
  kChance,
  kTooFew,  // it was worse each time, but too seldom measured to tell that from chance
  kFreshRounds,
  kUnconfirmed  // too few fresh rounds were made
};

struct Judgement {
  Verdict verdict = Verdict::kIncomparable;
  double effect = 0;
  std::optional<Interval>
      interval;  // of the effect; nothing if there are too few rounds or launches
  double p = 1,
         q = 1;      // sign test, or U test of stored runs; and over all metrics of the comparison
  double delta = 0;  // the smallest difference that matters, in the unit of the effect
  int rounds = 0, rounds_needed = 0;  // of stored runs: launches of the smaller side
  Doubt doubt = Doubt::kNone;
  bool suspected = false;  // worse before it was measured afresh
  bool confirmed = false;  // and worse in fresh rounds too
  double p_of_mean = 1;    // by the size of the differences: Student's t test; 1 of stored runs
  bool all_worse = false;  // in each round; never of stored runs, which lie too far apart
};

// Judges the differences of all rounds; `delta` is in their unit.
Judgement judge(const std::vector<double>& differences, double delta);

// Judges the launches of two stored runs, which are not paired; `delta` is in the unit of worsening().
// The effect is the Hodges-Lehmann estimate; worse and better need p < 0.01 of the Mann-Whitney U test,
// which five launches a side are the fewest for.
Judgement judge_unpaired(Metric metric, const std::vector<double>& a, const std::vector<double>& b,
                         double delta);

// Makes those verdicts "better" and "worse" undecided that many comparisons at once would give by
// chance: false discovery rate above 5 %. `fewest` rounds or launches can tell one of them from chance: where a worse one has
// fewer, is `all_worse`, and its whole interval is at least delta, only their number leaves it undecided (Doubt::kTooFew), if
// differences of that size are no chance either: some of many metrics are worse in each of six rounds by chance.
void control_false_discoveries(const std::vector<Judgement*>& all, int fewest);

// Returns the fewest rounds in which a change of one of so many comparisons alone can be told from chance: with all signs
// alike, the p-value of the sign test is at most 5 % of one comparison's share.
int rounds_that_discover(std::size_t comparisons);

// The same of the launches of two stored runs, each, whose values do not overlap.
int launches_that_discover(std::size_t comparisons);

}  // namespace harness
