// A launch, from inside: the fresh process that measures one point once.
#pragma once

#include <string>
#include <vector>

#include "harness/scenario.h"

namespace harness {

// `order` is what the launcher wrote: scenario, point, timing, seed, interpreter and the descriptor
// that the rows go to, a JSON line each. Returns the process's exit code.
int launch(const std::vector<const Scenario*>& scenarios, const std::string& order);

// Median cost of one reading of the clock, and of passing a cache line from one core to another and
// back, one way, in nanoseconds: 0 where only one CPU is allowed. They tell how fast the machine was
// at that moment.
double timer_cost_ns();
double line_bounce_ns();

}  // namespace harness
