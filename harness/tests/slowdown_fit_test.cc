#include "harness/judge/slowdown_fit.h"

#include <gtest/gtest.h>

#include <cmath>

namespace harness {
namespace {

SlowdownPoint point(double delay_ns, double slowed_by, int rounds = 10) {
  return {delay_ns, slowed_by, rounds};
}

TEST(SlowdownFit, OnePointIsTakenInProportion) {
  const SlowdownFit fit({point(100, 0.25)});
  EXPECT_DOUBLE_EQ(fit.power(), 1);
  EXPECT_NEAR(fit.delay_for(0.05), 20, 1e-9);
}

TEST(SlowdownFit, FindsThePowerOfDelaysThatArePartlyHidden) {
  const auto slowed = [](double delay) { return 0.0004 * std::pow(delay, 1.5); };
  const SlowdownFit fit({point(70, slowed(70)), point(40, slowed(40)), point(25, slowed(25))});
  EXPECT_NEAR(fit.power(), 1.5, 0.011);
  EXPECT_NEAR(slowed(fit.delay_for(0.05)), 0.05, 0.0005);
  EXPECT_NEAR(slowed(fit.delay_for(0.10)), 0.10, 0.0010);
}

TEST(SlowdownFit, APointWeighsAsManyRoundsAsItHas) {
  const SlowdownFit few({point(100, 0.2, 300), point(100, 0.1, 100)});
  EXPECT_NEAR(few.delay_for(0.175), 100, 1e-9);
}

TEST(SlowdownFit, ASmallDelayWhoseEffectDrownedInNoiseStillGivesAnAnswer) {
  const SlowdownFit fit({point(100, 0.25, 24), point(20, -0.01, 300)});
  EXPECT_LE(fit.power(), SlowdownFit::kMostPower);
  EXPECT_GT(fit.delay_for(0.05), 20);
  EXPECT_LT(fit.delay_for(0.05), 100);
}

TEST(SlowdownFit, GrowsWithTheShare) {
  const SlowdownFit fit({point(100, 0.3), point(50, 0.08), point(30, 0.06)});
  EXPECT_LT(fit.delay_for(0.05), fit.delay_for(0.06));
  EXPECT_LT(fit.delay_for(0.06), fit.delay_for(0.25));
}

TEST(SlowdownFit, NoDelayIsLongEnoughForACaseThatNoneSlows) {
  EXPECT_TRUE(std::isinf(SlowdownFit({point(100, 0), point(50, -0.01)}).delay_for(0.05)));
}

}  // namespace
}  // namespace harness
