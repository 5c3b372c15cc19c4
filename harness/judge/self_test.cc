#include "harness/judge/self_test.h"

#include <algorithm>

namespace harness {
namespace {

constexpr double kConfidence = 0.95, kFoundIn = 0.9;

SelfTest::Power power_of(const std::string& name, double slowed_by,
                         const std::vector<TrialRow>& rows) {
  SelfTest::Power power{.name = name, .slowed_by = slowed_by};
  std::vector<double> effects;
  for (const auto& row : rows) {
    ++power.trials;
    power.found += row.suspected && row.effect > 0 ? 1 : 0;
    power.confirmed += row.confirmed ? 1 : 0;
    effects.push_back(row.effect);
  }
  power.effect = median(effects);
  return power;
}

}  // namespace

void SelfTest::Trials::add(const TrialRow& row, double threshold) {
  wrong += row.suspected ? 1 : 0;
  wrong_confirmed += row.confirmed ? 1 : 0;
  undecided += row.undecided && !row.suspected ? 1 : 0;
  found_from.push_back(std::max({0.0, threshold - row.effect, -row.interval->low}));
}

void SelfTest::add(const Trial& trial) {
  if (trial.slowed_by > 0) {
    for (const auto& row : trial.rows) {
      if (row.metric == Metric::kRate) slowed_[{row.name, trial.slowed_by}].push_back(row);
    }
    return;
  }
  std::map<std::string, TrialRow> by_case;
  const auto add_verdict = [](TrialRow& sum, const TrialRow& row) {
    sum.suspected = sum.suspected || row.suspected;
    sum.confirmed = sum.confirmed || row.confirmed;
    sum.undecided = sum.undecided || row.undecided;
  };
  for (const auto& row : trial.rows) {
    trials_[row.name][row.metric].add(row, threshold_of(row.metric, delta_));
    total_.add(row, threshold_of(row.metric, delta_));
    add_verdict(by_case.try_emplace(row.name, row).first->second, row);
  }
  if (by_case.empty()) return;
  TrialRow whole = by_case.begin()->second;
  for (const auto& [name, row] : by_case) {
    cases_.add(row, threshold_of(row.metric, delta_));
    add_verdict(whole, row);
  }
  whole_.add(whole, threshold_of(whole.metric, delta_));
}

SelfTest::Row SelfTest::row_of(const std::string& name, Metric metric, const Trials& trials) {
  const int count = static_cast<int>(trials.found_from.size());
  Row row{.name = name,
          .metric = metric,
          .trials = count,
          .wrong = trials.wrong,
          .wrong_confirmed = trials.wrong_confirmed,
          .undecided = trials.undecided};
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

SelfTest::Row SelfTest::sum_of(const std::string& name, const Trials& trials) {
  Row row = row_of(name, Metric::kRate, trials);
  row.smallest_effect = 0;  // of several metrics, whose units differ
  row.is_sum = true;
  return row;
}

SelfTest::Row SelfTest::total() const { return sum_of("all", total_); }
SelfTest::Row SelfTest::cases() const { return sum_of("cases", cases_); }
SelfTest::Row SelfTest::whole() const { return sum_of("trials", whole_); }

std::vector<SelfTest::Power> SelfTest::powers() const {
  std::vector<Power> powers;
  std::map<double, std::vector<TrialRow>> all;
  for (const auto& [key, rows] : slowed_) {
    powers.push_back(power_of(key.first, key.second, rows));
    auto& joined = all[key.second];
    joined.insert(joined.end(), rows.begin(), rows.end());
  }
  for (const auto& [slowed_by, rows] : all) powers.push_back(power_of("all", slowed_by, rows));
  return powers;
}

}  // namespace harness
