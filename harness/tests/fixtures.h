// Scenarios made for tests: one that works, and one that gets into each kind of trouble.
#pragma once

#include "harness/scenario.h"

namespace harness::testing {

// "steady" counts all the time, "rare" an operation every 5 ms. `size` and `place` change nothing.
extern const Scenario counting;

// The example of scenario.h.
extern const Scenario shared_counter;

// Its only axis names the trouble: hang, crash, ...
extern const Scenario trouble;

}  // namespace harness::testing
