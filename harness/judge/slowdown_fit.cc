#include "harness/judge/slowdown_fit.h"

#include <cmath>
#include <limits>

namespace harness {
namespace {

constexpr double kStep = 0.01;

// The factor that fits best with this power, and the weighted sum of squares that it leaves.
struct Fit {
  double factor, residual;
};

Fit fit(const std::vector<SlowdownPoint>& points, double power) {
  double products = 0, squares = 0;
  for (const auto& point : points) {
    const double x = std::pow(point.delay_ns, power);
    products += point.rounds * x * point.slowed_by;
    squares += point.rounds * x * x;
  }
  const double factor = products / squares;
  double residual = 0;
  for (const auto& point : points) {
    const double error = point.slowed_by - factor * std::pow(point.delay_ns, power);
    residual += point.rounds * error * error;
  }
  return {factor, residual};
}

}  // namespace

SlowdownFit::SlowdownFit(const std::vector<SlowdownPoint>& points) {
  double least = std::numeric_limits<double>::infinity();
  const int steps = static_cast<int>(std::lround((kMostPower - 1) / kStep));
  for (int step = 0; step <= steps; ++step) {
    const double power = 1 + step * kStep;
    const Fit tried = fit(points, power);
    // One point alone leaves nothing with any power: the least power, in proportion, stays.
    if (!(tried.residual < least * (1 - 1e-9) - 1e-15)) continue;
    least = tried.residual;
    factor_ = tried.factor;
    power_ = power;
  }
}

double SlowdownFit::delay_for(double share) const {
  if (factor_ <= 0) return std::numeric_limits<double>::infinity();
  return std::pow(share / factor_, 1 / power_);
}

}  // namespace harness
