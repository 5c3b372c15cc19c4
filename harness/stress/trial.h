// Trial: one run of a test under one config, in this process and its children.
#pragma once

#include <cstdint>

#include "harness/stress/test.h"

namespace harness::stress {

// Makes the test's body, lets its actors act, judges, looks for what was left behind, and ends the
// process. For a process of its own: the actors may crash it, and hang.
[[noreturn]] void run_trial(const Test& test, const Config& config, std::uint64_t seed,
                            Board& board);

}  // namespace harness::stress
