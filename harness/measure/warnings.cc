#include "harness/measure/warnings.h"

#include <cstdio>
#include <optional>

#include "harness/base/json.h"

namespace harness {
namespace {

constexpr double kFarBelow = 0.5, kUnfair = 0.6;

std::optional<double> number_at(const Json& row, const char* column) {
  const auto found = row.find(column);
  if (found == row.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

template <typename... Values>
std::string formatted(const char* form, Values... values) {
  char text[200];
  std::snprintf(text, sizeof text, form, values...);
  return text;
}

std::string about_rate(const Json& row, int at_once) {
  const auto rate = number_at(row, "ops_per_s"), p50 = number_at(row, "lat_p50_ns");
  if (at_once == 0 || !rate || !p50 || *p50 <= 0) return {};
  const double reached = *rate * *p50 * 1e-9 / at_once;
  if (reached >= kFarBelow) return {};
  return formatted(
      "the rate is %.2g of what p50 allows: most of the time went into few long "
      "operations, look at lat_mean_ns",
      reached);
}

std::string about_shares(const Json& row) {
  const auto jain = number_at(row, "fair_jain");
  if (!jain || *jain >= kUnfair) return {};
  return formatted("unfair: Jain's index of the parties' shares is %.2f", *jain);
}

}  // namespace

std::string warning_of(const Json& row, int at_once) {
  const std::string rate = about_rate(row, at_once), shares = about_shares(row);
  return rate + (rate.empty() || shares.empty() ? "" : "; ") + shares;
}

}  // namespace harness
