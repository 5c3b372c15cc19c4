#include "harness/judge/statistics.h"

#include <algorithm>
#include <bit>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>

namespace harness {
namespace {

using Binomial = boost::math::binomial_distribution<double>;
using Normal = boost::math::normal_distribution<double>;

constexpr std::size_t kMostForExact = 60;

struct Ranks {
  std::vector<int> doubled;  // of all values in ascending order: twice the mean rank of equal ones
  int sum_of_a = 0;          // of the doubled ranks of the first group
  double ties = 0;           // the sum of t^3 - t over groups of t equal values
};

Ranks ranks_of(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<std::pair<double, bool>> all;  // the value, and whether it is of the first group
  for (const double value : a) all.emplace_back(value, true);
  for (const double value : b) all.emplace_back(value, false);
  std::sort(all.begin(), all.end());
  Ranks ranks;
  for (std::size_t from = 0, to = 0; from < all.size(); from = to) {
    while (to < all.size() && all[to].first == all[from].first) ++to;
    const auto equal = static_cast<double>(to - from);
    ranks.ties += equal * equal * equal - equal;
    for (std::size_t i = from; i < to; ++i) {
      ranks.doubled.push_back(static_cast<int>(from + 1 + to));
      if (all[i].second) ranks.sum_of_a += ranks.doubled.back();
    }
  }
  return ranks;
}

// The share of all choices of `n` ranks whose sum lies at least as far from the middle.
double exact_p(const Ranks& ranks, std::size_t n) {
  const int total = std::accumulate(ranks.doubled.begin(), ranks.doubled.end(), 0);
  // ways[k][s]: how many choices of k of the ranks so far have the sum s.
  std::vector<std::vector<double>> ways(n + 1,
                                        std::vector<double>(static_cast<std::size_t>(total) + 1));
  ways[0][0] = 1;
  for (const int rank : ranks.doubled) {
    for (std::size_t k = n; k > 0; --k) {
      for (int sum = total; sum >= rank; --sum) {
        ways[k][static_cast<std::size_t>(sum)] += ways[k - 1][static_cast<std::size_t>(sum - rank)];
      }
    }
  }
  const double middle = total * static_cast<double>(n) / static_cast<double>(ranks.doubled.size());
  const double distance = std::abs(ranks.sum_of_a - middle);
  double as_far = 0, all = 0;
  for (int sum = 0; sum <= total; ++sum) {
    all += ways[n][static_cast<std::size_t>(sum)];
    if (std::abs(sum - middle) >= distance - 1e-9) as_far += ways[n][static_cast<std::size_t>(sum)];
  }
  return std::min(1.0, as_far / all);
}

double approximate_p(const Ranks& ranks, double n, double m) {
  const double u = ranks.sum_of_a / 2.0 - n * (n + 1) / 2;
  const double variance = n * m / 12 * (n + m + 1 - ranks.ties / ((n + m) * (n + m - 1)));
  if (variance <= 0) return 1;
  const double z = std::max(0.0, std::abs(u - n * m / 2) - 0.5) / std::sqrt(variance);
  return std::min(1.0, 2 * boost::math::cdf(boost::math::complement(Normal(), z)));
}

// The differences of all pairs of two groups, by rank, without a list of them: 10,000 launches a side have 10^8. As
// floating-point subtraction is monotonic, sorted groups count by two pointers the pairs up to a limit, and a
// bisection over the doubles in their order finds the one that so many pairs reach: at most 64 passes.
class Differences {
 public:
  Differences(std::vector<double> a, std::vector<double> b) : a_(std::move(a)), b_(std::move(b)) {
    std::sort(a_.begin(), a_.end());
    std::sort(b_.begin(), b_.end());
  }

  std::size_t size() const { return a_.size() * b_.size(); }

  // The one with so many before it in ascending order.
  double at(std::size_t rank) const {
    auto low = place_of(b_.front() - a_.back()), high = place_of(b_.back() - a_.front());
    while (low < high) {
      const auto middle = low + (high - low) / 2;
      if (count_up_to(value_at(middle)) > rank) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return value_at(low) + 0.0;  // of two zeros, the positive one
  }

  double median() const {
    const std::size_t middle = size() / 2;
    return size() % 2 == 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
  }

 private:
  static constexpr std::uint64_t kSign = std::uint64_t{1} << 63;

  // The place of a double in the order of all of them, and back.
  static std::uint64_t place_of(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    return (bits & kSign) != 0 ? ~bits : bits | kSign;
  }
  static double value_at(std::uint64_t place) {
    return std::bit_cast<double>((place & kSign) != 0 ? place & ~kSign : ~place);
  }

  std::size_t count_up_to(double limit) const {
    std::size_t count = 0,
                above = 0;  // how many of a_ are too small for in_b, and all that follow it
    for (const double in_b : b_) {
      while (above < a_.size() && in_b - a_[above] > limit) ++above;
      count += a_.size() - above;
    }
    return count;
  }

  std::vector<double> a_, b_;
};

}  // namespace

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*std::max_element(values.begin(), middle) + *middle) / 2;
}

double quantile(std::vector<double> values, double share) {
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1) - 1);
  std::nth_element(values.begin(), at, values.end());
  return *at;
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

double mean_test(const std::vector<double>& differences) {
  const auto count = static_cast<double>(differences.size());
  if (differences.size() < 2) return 1;
  const double mean = std::accumulate(differences.begin(), differences.end(), 0.0) / count;
  double squares = 0;
  for (const double each : differences) squares += (each - mean) * (each - mean);
  if (squares == 0) return mean == 0 ? 1 : 0;
  const double t = std::abs(mean) / std::sqrt(squares / (count - 1) / count);
  const boost::math::students_t_distribution<double> distribution(count - 1);
  return 2 * boost::math::cdf(boost::math::complement(distribution, t));
}

double mann_whitney(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.empty() || b.empty()) return 1;
  const Ranks ranks = ranks_of(a, b);
  if (ranks.doubled.size() <= kMostForExact) return exact_p(ranks, a.size());
  return approximate_p(ranks, static_cast<double>(a.size()), static_cast<double>(b.size()));
}

Shift hodges_lehmann(const std::vector<double>& a, const std::vector<double>& b,
                     double confidence) {
  const Differences all(a, b);
  const auto n = static_cast<double>(a.size()), m = static_cast<double>(b.size());
  const double z = boost::math::quantile(Normal(), 1 - (1 - confidence) / 2);
  const double below = n * m / 2 - z * std::sqrt(n * m * (n + m + 1) / 12);
  const auto rank = static_cast<std::size_t>(std::max(0.0, std::floor(below) - 1));
  return {all.median(), {all.at(rank), all.at(all.size() - 1 - rank)}};
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
