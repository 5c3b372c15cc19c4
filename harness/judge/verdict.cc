#include "harness/judge/verdict.h"

#include <algorithm>
#include <boost/math/special_functions/binomial.hpp>
#include <cmath>
#include <cstddef>

namespace harness {
namespace {

constexpr double kConfidence = 0.95, kFalseDiscoveries = 0.05;
constexpr double kUnpairedP = 0.01;
constexpr double kRounding = 1e-9;  // of a difference that is exactly delta

Verdict verdict_of(double effect, const Interval& interval, double delta) {
  if (interval.low > 0 && effect >= delta - kRounding) return Verdict::kWorse;
  if (interval.high < 0 && effect <= -delta + kRounding) return Verdict::kBetter;
  if (interval.low > -delta && interval.high < delta) return Verdict::kSame;
  return Verdict::kUndecided;
}

// An interval narrows with the square root of the rounds. It decides once it leaves out no change, if the effect
// matters; else once it leaves out what would matter.
int rounds_to_decide(int rounds, double effect, const std::optional<Interval>& interval,
                     double delta) {
  if (!interval) return kFewestRounds;
  const bool matters = std::abs(effect) >= delta;
  const double target = matters ? std::abs(effect) : delta - std::abs(effect);
  const double inwards = effect < 0 ? interval->high - effect : effect - interval->low,
               outwards = effect < 0 ? effect - interval->low : interval->high - effect;
  const double excess = (matters ? inwards : std::max(inwards, outwards)) / target;
  return std::max(rounds + 1, static_cast<int>(std::ceil(std::min(rounds * excess * excess, 1e6))));
}

// Whether it would be worse if the rounds that are missing said what each one did, and that is to be expected of them: of
// builds that are alike, one comparison in a hundred has such a metric among all of its own (Bonferroni).
bool lacks_only_rounds(const Judgement& judged, int fewest, std::size_t comparisons) {
  constexpr double kMost = 0.01;
  return judged.verdict == Verdict::kWorse && judged.all_worse && judged.rounds < fewest &&
         judged.interval && judged.interval->low >= judged.delta - kRounding &&
         judged.p_of_mean * static_cast<double>(comparisons) <= kMost;
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
  judgement.p_of_mean = mean_test(differences);
  judgement.all_worse = std::all_of(differences.begin(), differences.end(),
                                    [](double difference) { return difference > 0; });
  judgement.verdict = judgement.interval ? verdict_of(judgement.effect, *judgement.interval, delta)
                                         : Verdict::kUndecided;
  if (judgement.verdict == Verdict::kUndecided) {
    judgement.rounds_needed =
        rounds_to_decide(judgement.rounds, judgement.effect, judgement.interval, delta);
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
    judgement.rounds_needed =
        rounds_to_decide(judgement.rounds, judgement.effect, shift.interval, delta);
  }
  return judgement;
}

void control_false_discoveries(const std::vector<Judgement*>& all, int fewest) {
  std::vector<double> p_values;
  for (const auto* each : all) p_values.push_back(each->p);
  const auto rates = false_discovery_rates(p_values);
  for (std::size_t at = 0; at < all.size(); ++at) {
    all[at]->q = rates[at];
    const bool discovery =
        all[at]->verdict == Verdict::kWorse || all[at]->verdict == Verdict::kBetter;
    if (!discovery || rates[at] <= kFalseDiscoveries) continue;
    all[at]->doubt =
        lacks_only_rounds(*all[at], fewest, all.size()) ? Doubt::kTooFew : Doubt::kChance;
    all[at]->verdict = Verdict::kUndecided;
    all[at]->rounds_needed = all[at]->rounds < fewest ? fewest : 2 * all[at]->rounds;
  }
}

int rounds_that_discover(std::size_t comparisons) {
  int rounds = kFewestRounds;
  const double most = kFalseDiscoveries / static_cast<double>(comparisons);
  while (std::ldexp(1.0, 1 - rounds) > most) ++rounds;
  return rounds;
}

int launches_that_discover(std::size_t comparisons) {
  int launches = kFewestLaunches;
  const double most = std::min(kFalseDiscoveries / static_cast<double>(comparisons), kUnpairedP);
  const auto count = [&] { return static_cast<unsigned>(launches); };
  while (2 / boost::math::binomial_coefficient<double>(2 * count(), count()) > most) ++launches;
  return launches;
}

}  // namespace harness
