// Calibration: how fast the machine is at this moment.
#pragma once

namespace harness {

// Median cost of one reading of the clock, and of passing a cache line from one core to another and
// back, one way, in nanoseconds: 0 where only one CPU is allowed. They tell how fast the machine was
// at that moment.
double timer_cost_ns();
double line_bounce_ns();

}  // namespace harness
