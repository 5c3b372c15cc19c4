// What a row says of many latencies: percentiles that the sample supports, and fairness.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/base/json.h"

namespace harness {

// The q-th quantile of a histogram's counts, as the midpoint of its bucket. Nothing where the sample
// is too small to speak of it: fewer than 3 / (1 - q) values (a one-sided 95 % bound needs
// ln 0.05 / ln q of them).
std::optional<double> percentile(const std::vector<std::uint64_t>& counts, double q);

// Adds lat_* to the row. False, and nothing added, if nothing was recorded.
bool add_percentiles(Json& row, const std::vector<std::uint64_t>& counts);

// Adds Jain's index (sum x)^2 / (n sum x^2) and the smallest share against an even one, from the
// operations each party did. Nothing for fewer than two parties.
void add_fairness(Json& row, const std::vector<double>& shares);

}  // namespace harness
