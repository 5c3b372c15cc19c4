// Calibration: how fast the machine is at this moment.
#pragma once

#include <chrono>
#include <optional>

namespace harness {

// Returns the median cost of one reading of the clock, in nanoseconds.
double timer_cost_ns();

// Returns how long a cache line takes from one core to another, one way, in nanoseconds: the mean of
// 1,000 round trips. Nothing where only one CPU is allowed, and where the two threads do not get to run
// at the same time within `patience`: another program keeps a CPU, and this one has a lower priority.
std::optional<double> line_bounce_ns(
    std::chrono::nanoseconds patience = std::chrono::milliseconds(100));

}  // namespace harness
