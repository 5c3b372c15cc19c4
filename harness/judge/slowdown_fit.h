// SlowdownFit: by which share a delay in each operation slows a case, from measurements of a few delays.
#pragma once

#include <vector>

namespace harness {

struct SlowdownPoint {
  double delay_ns;
  double slowed_by;  // a share: 0.05 if operations take 5 % longer
  int rounds;        // that it is the median of: its weight
};

// Fits slowed_by = factor * delay^power by weighted least squares. The power is at least 1, in proportion, and grows
// where a short delay is partly hidden in what an operation waits for; kMostPower is the largest that is tried.
class SlowdownFit {
 public:
  static constexpr double kMostPower = 2.5;

  // Takes one point or more, with delays above 0.
  explicit SlowdownFit(const std::vector<SlowdownPoint>& points);

  // Returns the delay that slows by this share; infinite if no delay slows the case.
  double delay_for(double share) const;
  double power() const { return power_; }

 private:
  double factor_ = 0, power_ = 1;
};

}  // namespace harness
