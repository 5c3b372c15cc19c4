// Registry: the scenarios there are. Each registers itself from its own file:
//
//   const RegisteredScenario registered([] {
//     return harness::Scenario{.name = "pipe_vs_queue", ...};
//   });
//
// The function is called after all static objects have been made, so that it sees every contender.
#pragma once

#include <vector>

#include "harness/scenario.h"

namespace scenarios {

class RegisteredScenario {
 public:
  explicit RegisteredScenario(harness::Scenario (*describe)());
};

// Returns all of them: ipc, sync, lifecycle, scaling, cost, then other families; by name in each.
const std::vector<const harness::Scenario*>& all_scenarios();

}  // namespace scenarios
