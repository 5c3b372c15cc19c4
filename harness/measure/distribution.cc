#include "harness/measure/distribution.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "harness/base/json.h"
#include "harness/measure/histogram.h"

namespace harness {
namespace {

double midpoint(int bucket) {
  const auto low = Histogram::lowest(bucket), next = Histogram::lowest(bucket + 1);
  return static_cast<double>(low) + static_cast<double>(next - 1 - low) / 2;
}

}  // namespace

std::optional<double> percentile(const std::vector<std::uint64_t>& counts, double q) {
  const auto n = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  if (n == 0 || static_cast<double>(n) < 3 / (1 - q) - 1e-6) return std::nullopt;
  const double rank = q * static_cast<double>(n);
  double seen = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    seen += static_cast<double>(counts[i]);
    if (counts[i] > 0 && seen >= rank) return midpoint(static_cast<int>(i));
  }
  return std::nullopt;
}

bool add_percentiles(Json& row, const std::vector<std::uint64_t>& counts) {
  std::uint64_t n = 0;
  double sum = 0, lowest = 0, highest = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    const double value = midpoint(static_cast<int>(i));
    if (n == 0) lowest = value;
    highest = value;
    n += counts[i];
    sum += value * static_cast<double>(counts[i]);
  }
  if (n == 0) return false;
  row["lat_min_ns"] = lowest;
  for (const auto& [column, q] : {std::pair{"lat_p50_ns", 0.5},
                                  {"lat_p90_ns", 0.9},
                                  {"lat_p99_ns", 0.99},
                                  {"lat_p999_ns", 0.999},
                                  {"lat_p9999_ns", 0.9999}}) {
    if (const auto value = percentile(counts, q)) row[column] = *value;
  }
  row["lat_max_ns"] = highest;
  row["lat_mean_ns"] = sum / static_cast<double>(n);
  row["lat_n"] = n;
  return true;
}

void add_service_times(Json& row, const std::vector<std::uint64_t>& counts) {
  Json all;
  if (!add_percentiles(all, counts)) return;
  for (const auto& [from, to] : {std::pair{"lat_p50_ns", "svc_p50_ns"},
                                 {"lat_p99_ns", "svc_p99_ns"},
                                 {"lat_max_ns", "svc_max_ns"}}) {
    if (all.contains(from)) row[to] = all[from];
  }
}

void add_saturation(Json& row, double arrivals_per_s, bool poisson) {
  constexpr double kReached = 0.98, kDeviations = 3, kRounding = 2;
  const double rate = row.at("ops_per_s"), seconds = row.at("window_s");
  const double due = arrivals_per_s * seconds;
  const double by_chance = poisson ? kDeviations * std::sqrt(due) : kRounding;
  row["achieved_rate_per_s"] = rate;
  row["saturated"] = rate * seconds < kReached * due - by_chance ? 1 : 0;
}

void add_fairness(Json& row, const std::vector<double>& shares) {
  const auto n = static_cast<double>(shares.size());
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  if (shares.size() < 2 || sum == 0) return;
  const double squares = std::inner_product(shares.begin(), shares.end(), shares.begin(), 0.0);
  row["fair_jain"] = sum * sum / (n * squares);
  row["fair_min_share"] = *std::min_element(shares.begin(), shares.end()) / (sum / n);
}

}  // namespace harness
