#include "harness/judge/sample.h"

#include <string>

#include "harness/base/errors.h"
#include "harness/judge/statistics.h"

namespace harness {

Sample sample_of(const std::vector<Json>& rows) {
  std::map<Metric, std::vector<double>> values;
  for (const auto& row : rows) {
    if (row.value("status", "") != "ok") continue;
    for (const Metric metric : kMetrics) {
      const auto value = row.find(std::string(facts_of(metric).column));
      if (value != row.end() && value->is_number() && *value > 0) values[metric].push_back(*value);
    }
  }
  Sample sample;
  for (const auto& [metric, all] : values) sample[metric] = median(all);
  return sample;
}

Launched launched_of(const std::vector<Json>& rows) {
  if (rows.empty()) return {.failure = "it wrote no row"};
  for (const auto& row : rows) {
    const auto status = row.value("status", std::string());
    if (status == "ok") continue;
    const auto error = row.value("error", std::string());
    return {.failure = one_line(error.empty() ? status : status + ": " + error)};
  }
  return {.sample = sample_of(rows)};
}

}  // namespace harness
