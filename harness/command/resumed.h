// Resumed: the options of a run that `run --resume` goes on with.
#pragma once

#include <vector>

#include "harness/command/options.h"

namespace harness {

// Returns the options that the run in the folder `now.resume` began with, and the few that may be given anew. Sets
// its variables, and enters the folder in which it was begun. Throws BadUsage if the folder holds no run that can be
// resumed, or its command began none.
Options options_of_resumed(const Options& now, const std::vector<const Scenario*>& scenarios);

}  // namespace harness
