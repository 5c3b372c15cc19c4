// Sample: what one launch says of a case, the unit of every comparison.
#pragma once

#include <map>
#include <vector>

#include "harness/base/json.h"
#include "harness/judge/metric.h"

namespace harness {

// The median over the windows of a launch, for each metric that it has.
using Sample = std::map<Metric, double>;

// Returns the sample of the rows of one launch. Rows that did not end well, and numbers that are not above
// 0, do not count.
Sample sample_of(const std::vector<Json>& rows);

}  // namespace harness
