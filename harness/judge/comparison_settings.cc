#include "harness/judge/comparison_settings.h"

#include <cmath>

namespace harness {

bool leaves_no_gate(Metric metric, double floor) {
  constexpr double kMostOfShare = 0.5;
  return floor > (facts_of(metric).is_share ? kMostOfShare : std::log(2));
}

double ComparisonSettings::threshold(const std::string& name, Metric metric) const {
  return floor_of(name, metric).value_or(threshold_of(metric, delta));
}

std::optional<double> ComparisonSettings::floor_of(const std::string& name, Metric metric) const {
  const auto floor = floors.find({name, metric});
  if (floor == floors.end() || floor->second <= threshold_of(metric, delta)) return {};
  return floor->second;
}

}  // namespace harness
