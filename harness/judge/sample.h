// Sample: what one launch says of a case, the unit of every comparison.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/judge/metric.h"

namespace harness {

// The median over the windows of a launch, for each metric that it has.
using Sample = std::map<Metric, double>;

// What became of one launch.
struct Launched {
  Sample sample = {};
  std::string failure = {};  // why it measured nothing; empty if it did
};

// Of the rows of one launch: it failed if a row did not end well, or if there is none.
Launched launched_of(const std::vector<Json>& rows);

// Returns the sample of the rows of one launch. Rows that did not end well, and numbers that are not above
// 0, do not count.
Sample sample_of(const std::vector<Json>& rows);

}  // namespace harness
