// A launch, from inside: the fresh process that measures one point once.
#pragma once

#include <string>
#include <vector>

#include "harness/scenario.h"

namespace harness {

// `order` is what the launcher wrote: scenario, point, timing, seed, interpreter, program and the
// descriptor that the rows go to, a JSON line each. Returns the process's exit code.
int launch(const std::vector<const Scenario*>& scenarios, const std::string& order);

}  // namespace harness
