#include "harness/judge/statistics.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace harness {
namespace {

using Binomial = boost::math::binomial_distribution<double>;

}  // namespace

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*std::max_element(values.begin(), middle) + *middle) / 2;
}

std::optional<Interval> median_interval(std::vector<double> values, double confidence) {
  const auto count = static_cast<double>(values.size());
  if (values.empty()) return std::nullopt;
  // The k-th smallest value is above the median with probability P(Bin(n, 1/2) <= k - 1).
  const Binomial heads(count, 0.5);
  std::size_t k = 0;
  while (k < values.size() / 2 &&
         boost::math::cdf(heads, static_cast<double>(k)) <= (1 - confidence) / 2) {
    ++k;
  }
  if (k == 0) return std::nullopt;
  std::sort(values.begin(), values.end());
  return Interval{values[k - 1], values[values.size() - k]};
}

double sign_test(const std::vector<double>& differences) {
  const auto above = std::count_if(differences.begin(), differences.end(),
                                   [](double difference) { return difference > 0; });
  const auto below = std::count_if(differences.begin(), differences.end(),
                                   [](double difference) { return difference < 0; });
  if (above + below == 0) return 1;
  const Binomial heads(static_cast<double>(above + below), 0.5);
  return std::min(1.0, 2 * boost::math::cdf(heads, static_cast<double>(std::min(above, below))));
}

std::vector<double> false_discovery_rates(const std::vector<double>& p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t one, std::size_t other) { return p_values[one] < p_values[other]; });
  std::vector<double> rates(p_values.size());
  double least = 1;  // of all ranks from here on
  for (std::size_t rank = order.size(); rank > 0; --rank) {
    const std::size_t which = order[rank - 1];
    least = std::min(
        least, p_values[which] * static_cast<double>(order.size()) / static_cast<double>(rank));
    rates[which] = least;
  }
  return rates;
}

double rate_upper_bound(int events, int trials, double confidence) {
  return Binomial::find_upper_bound_on_p(trials, events, 1 - confidence,
                                         Binomial::clopper_pearson_exact_interval);
}

}  // namespace harness
