// Metric: what is compared of a case, and when a difference matters.
#pragma once

#include <cmath>
#include <optional>
#include <string_view>

namespace harness {

enum class Metric { kRate, kMedianLatency, kTailLatency, kCpuPerOperation, kFairness };
inline constexpr Metric kMetrics[] = {Metric::kRate, Metric::kMedianLatency, Metric::kTailLatency,
                                      Metric::kCpuPerOperation, Metric::kFairness};

struct MetricFacts {
  std::string_view name, column, unit;
  bool higher_is_better;
  bool is_share;       // compared by its difference, else by its ratio
  double least_delta;  // the smallest difference that matters, whatever --delta says
  double most;         // a larger number is an error of the program that wrote it
};

// The deltas are those of a gate that was checked by simulation: 5 % of the headline, 15 % of a tail, 5 %
// of CPU time, 0.05 of Jain's index. 1e15 ns are eleven days.
constexpr MetricFacts facts_of(Metric metric) {
  switch (metric) {
    case Metric::kRate:
      return {"rate", "ops_per_s", "1/s", true, false, 0, 1e15};
    case Metric::kMedianLatency:
      return {"p50", "lat_p50_ns", "ns", false, false, 0, 1e15};
    case Metric::kTailLatency:
      return {"p99", "lat_p99_ns", "ns", false, false, 0.15, 1e15};
    case Metric::kCpuPerOperation:
      return {"cpu_per_op", "cpu_ns_per_op", "ns", false, false, 0.05, 1e18};
    case Metric::kFairness:
      return {"fairness", "fair_jain", "", true, true, 0.05, 1 + 1e-9};
  }
  return {};
}

// Returns true for what a case is measured for; the others guard it.
constexpr bool is_headline(Metric metric) {
  return metric == Metric::kRate || metric == Metric::kMedianLatency;
}

// Returns by how much B is worse than A: the logarithm of the ratio, or the difference of a share.
inline double worsening(Metric metric, double a, double b) {
  const auto facts = facts_of(metric);
  const double change = facts.is_share ? b - a : std::log(b) - std::log(a);  // b / a may overflow
  return facts.higher_is_better ? -change : change;
}

// Returns the difference that matters, in the unit of worsening(). `delta` is the headline's, as a share.
inline double threshold_of(Metric metric, double delta) {
  const auto facts = facts_of(metric);
  const double share = std::fmax(delta, facts.least_delta);
  return facts.is_share ? facts.least_delta : std::log1p(share);
}

}  // namespace harness
