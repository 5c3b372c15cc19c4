#include "harness/judge/verdict.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace harness {
namespace {

constexpr double kConfidence = 0.95, kFalseDiscoveries = 0.05;
constexpr double kUnpairedP = 0.01;

Verdict verdict_of(double effect, const Interval& interval, double delta) {
  if (interval.low > 0 && effect >= delta) return Verdict::kWorse;
  if (interval.high < 0 && effect <= -delta) return Verdict::kBetter;
  if (interval.low > -delta && interval.high < delta) return Verdict::kSame;
  return Verdict::kUndecided;
}

// An interval narrows with the square root of the rounds; one as wide as delta decides.
int rounds_to_decide(int rounds, const std::optional<Interval>& interval, double delta) {
  if (!interval) return kFewestRounds;
  const double excess = (interval->high - interval->low) / delta;
  return std::max(rounds + 1, static_cast<int>(std::ceil(std::min(rounds * excess * excess, 1e6))));
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  constexpr std::string_view kNames[] = {"better", "same", "worse", "undecided", "incomparable"};
  return kNames[static_cast<int>(verdict)];
}

Judgement judge(const std::vector<double>& differences, double delta) {
  Judgement judgement;
  judgement.delta = delta;
  if (differences.empty()) return judgement;
  judgement.rounds = static_cast<int>(differences.size());
  judgement.effect = median(differences);
  judgement.interval = median_interval(differences, kConfidence);
  judgement.p = judgement.q = sign_test(differences);
  judgement.verdict = judgement.interval ? verdict_of(judgement.effect, *judgement.interval, delta)
                                         : Verdict::kUndecided;
  if (judgement.verdict == Verdict::kUndecided) {
    judgement.rounds_needed = rounds_to_decide(judgement.rounds, judgement.interval, delta);
  }
  return judgement;
}

Judgement judge_unpaired(Metric metric, const std::vector<double>& a, const std::vector<double>& b,
                         double delta) {
  std::vector<double> worse_a, worse_b;  // in a unit in which a difference is a worsening
  for (const double value : a) worse_a.push_back(worsening(metric, 1, value));
  for (const double value : b) worse_b.push_back(worsening(metric, 1, value));
  const Shift shift = hodges_lehmann(worse_a, worse_b, kConfidence);
  Judgement judgement;
  judgement.delta = delta;
  judgement.effect = shift.estimate;
  judgement.p = judgement.q = mann_whitney(worse_a, worse_b);
  judgement.rounds = static_cast<int>(std::min(a.size(), b.size()));
  judgement.verdict = Verdict::kUndecided;
  if (judgement.rounds < kFewestLaunches) {
    judgement.rounds_needed = kFewestLaunches;
    return judgement;
  }
  judgement.interval = shift.interval;
  judgement.verdict = verdict_of(shift.estimate, shift.interval, delta);
  const bool changed =
      judgement.verdict == Verdict::kWorse || judgement.verdict == Verdict::kBetter;
  if (changed && judgement.p >= kUnpairedP) judgement.verdict = Verdict::kUndecided;
  if (judgement.verdict == Verdict::kUndecided) {
    judgement.rounds_needed = rounds_to_decide(judgement.rounds, shift.interval, delta);
  }
  return judgement;
}

void control_false_discoveries(const std::vector<Judgement*>& all) {
  std::vector<double> p_values;
  for (const auto* each : all) p_values.push_back(each->p);
  const auto rates = false_discovery_rates(p_values);
  for (std::size_t at = 0; at < all.size(); ++at) {
    all[at]->q = rates[at];
    const bool discovery =
        all[at]->verdict == Verdict::kWorse || all[at]->verdict == Verdict::kBetter;
    if (!discovery || rates[at] <= kFalseDiscoveries) continue;
    all[at]->verdict = Verdict::kUndecided;
    all[at]->rounds_needed = 2 * all[at]->rounds;
  }
}

}  // namespace harness
