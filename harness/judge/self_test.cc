#include "harness/judge/self_test.h"

#include <algorithm>

namespace harness {
namespace {

constexpr double kConfidence = 0.95, kFoundIn = 0.9;

}  // namespace

void SelfTest::add(const Comparison& trial, double delta) {
  for (const auto& row : trial.result().rows) {
    const auto& judged = row.judgement;
    if (!judged.interval) continue;
    auto& trials = trials_[row.name][row.metric];
    if (judged.suspected || judged.verdict == Verdict::kBetter) ++trials.wrong;
    if (judged.confirmed) ++trials.wrong_confirmed;
    trials.found_from.push_back(
        std::max(threshold_of(row.metric, delta) - judged.effect, -judged.interval->low));
  }
}

SelfTest::Row SelfTest::row_of(const std::string& name, Metric metric, const Trials& trials) {
  const int count = static_cast<int>(trials.found_from.size());
  Row row{.name = name,
          .metric = metric,
          .trials = count,
          .wrong = trials.wrong,
          .wrong_confirmed = trials.wrong_confirmed};
  if (count == 0) return row;
  row.rate_upper = trials.wrong == count ? 1 : rate_upper_bound(trials.wrong, count, kConfidence);
  row.smallest_effect = quantile(trials.found_from, kFoundIn);
  return row;
}

std::vector<SelfTest::Row> SelfTest::rows() const {
  std::vector<Row> rows;
  for (const auto& [name, metrics] : trials_) {
    for (const auto& [metric, trials] : metrics) rows.push_back(row_of(name, metric, trials));
  }
  return rows;
}

SelfTest::Row SelfTest::total() const {
  Trials all;
  for (const auto& [name, metrics] : trials_) {
    for (const auto& [metric, trials] : metrics) {
      all.wrong += trials.wrong;
      all.wrong_confirmed += trials.wrong_confirmed;
      all.found_from.insert(all.found_from.end(), trials.found_from.begin(),
                            trials.found_from.end());
    }
  }
  return row_of("all", Metric::kRate, all);
}

}  // namespace harness
