// What a row says of many latencies: percentiles that the sample supports, and fairness.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/base/json_fwd.h"

namespace harness {

// The q-th quantile of a histogram's counts, as the midpoint of its bucket. Nothing where the sample
// is too small to speak of it: fewer than 3 / (1 - q) values (a one-sided 95 % bound needs
// ln 0.05 / ln q of them).
std::optional<double> percentile(const std::vector<std::uint64_t>& counts, double q);

// Adds lat_* to the row. False, and nothing added, if nothing was recorded.
bool add_percentiles(Json& row, const std::vector<std::uint64_t>& counts);

// Adds svc_* of an open loop to the row, of what was recorded.
void add_service_times(Json& row, const std::vector<std::uint64_t>& counts);

// Adds `achieved_rate_per_s` and `saturated` of an open loop to a row that has `ops_per_s` and `window_s`. It is
// saturated if less than 98 % of the arrivals were done, and so much less that chance does not explain it: the number
// of arrivals in a window varies by its square root (Poisson), or by one for each party.
void add_saturation(Json& row, double arrivals_per_s, bool poisson);

// Adds Jain's index (sum x)^2 / (n sum x^2) and the smallest share against an even one, from the
// operations each party did. Nothing for fewer than two parties.
void add_fairness(Json& row, const std::vector<double>& shares);

}  // namespace harness
