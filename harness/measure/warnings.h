// What makes the numbers of a row doubtful, in words: the column `warning`.
#pragma once

#include <string>

#include "harness/base/json_fwd.h"

namespace harness {

// Returns what to say of a window; empty if nothing. `at_once`: how many operations are under way at once, each
// with a latency that is the whole of it; 0 if that is not known.
//
// Little's law: rate x mean latency = operations at once. A rate far below that of the median latency means that
// most of the time went into few long operations, which the median does not show. An unfair share, Jain's index
// below 0.6, means that the rate is that of few parties.
std::string warning_of(const Json& row, int at_once);

}  // namespace harness
