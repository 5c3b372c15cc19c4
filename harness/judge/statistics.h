// Statistics that assume no distribution (but for mean_test): order statistics, the sign test, and what controls many tests
// at once. The distributions are Boost.Math's.
#pragma once

#include <optional>
#include <vector>

namespace harness {

// Returns the median of `values`, which must not be empty.
double median(std::vector<double> values);

// Returns the smallest value that `share` of all do not exceed. `values` must not be empty.
double quantile(std::vector<double> values, double share);

struct Interval {
  double low, high;
};

// Returns the confidence interval of the median by order statistics: exact for every continuous
// distribution (Le Boudec, "Performance Evaluation", 2010, table A.1). Nothing if there are too few
// values: 95 % needs 6, 99 % needs 8.
std::optional<Interval> median_interval(std::vector<double> values, double confidence);

// Returns the two-sided p-value of the sign test: how likely so uneven a split is if both signs are
// equally likely. Zeros count for neither side.
double sign_test(const std::vector<double>& differences);

// Returns the two-sided p-value of Student's t test of one sample: how likely so large a mean is for this spread if it is 0.
// It takes differences for normal; where a few of them are far off it is too large rather than too small. 1 for fewer than two.
double mean_test(const std::vector<double>& differences);

// Returns the two-sided p-value of the Mann-Whitney U test: how likely so uneven ranks of two independent
// groups are if both have one distribution. Exact, ties included, for up to 60 values in all; the normal
// approximation with corrections for ties and continuity above. 1 if a group is empty.
double mann_whitney(const std::vector<double>& a, const std::vector<double>& b);

struct Shift {
  double estimate;
  Interval interval;
};

// Returns by how much `b` lies above `a`: the Hodges-Lehmann estimate, the median of all differences of
// two values, with its interval by the distribution of U (Akinshin 2022). Neither may be empty.
Shift hodges_lehmann(const std::vector<double>& a, const std::vector<double>& b, double confidence);

// Returns the q-value of each p-value: the false discovery rate at which it would be a discovery
// (Benjamini and Hochberg 1995).
std::vector<double> false_discovery_rates(const std::vector<double>& p_values);

// Returns the upper bound of a rate of which `events` were seen in `trials` (Clopper and Pearson 1934).
double rate_upper_bound(int events, int trials, double confidence);

}  // namespace harness
