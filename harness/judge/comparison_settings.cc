#include "harness/judge/comparison_settings.h"

namespace harness {

double ComparisonSettings::threshold(const std::string& name, Metric metric) const {
  return floor_of(name, metric).value_or(threshold_of(metric, delta));
}

std::optional<double> ComparisonSettings::floor_of(const std::string& name, Metric metric) const {
  const auto floor = floors.find({name, metric});
  if (floor == floors.end() || floor->second <= threshold_of(metric, delta)) return {};
  return floor->second;
}

}  // namespace harness
