#include "harness/measure/calibration.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(CalibrationTest, TheClockAndTheWayBetweenTwoCoresCostSomething) {
  EXPECT_GT(timer_cost_ns(), 0);
  EXPECT_LT(timer_cost_ns(), 1e6);
  EXPECT_GE(line_bounce_ns(), 0);
}

}  // namespace
}  // namespace harness
