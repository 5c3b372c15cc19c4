// Sample: what one launch says of a case, the unit of every comparison.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/judge/metric.h"

namespace harness {

// The median over the windows of a launch, for each metric that it has.
using Sample = std::map<Metric, double>;

// How a launch was that did not end in time.
struct LateEnd {
  bool starved = false;
  Json threads = Json::array();  // base/stacks.h
};

// What became of one launch.
struct Launched {
  Sample sample = {};
  std::string failure = {};          // why it measured nothing; empty if it did
  std::string skipped = {};          // why it was skipped, if it says so; `failure` says it too
  std::optional<LateEnd> late = {};  // nothing if it ended by itself
  std::string linked = {};           // of which code it says that it is made (base/linked.h)
};

// Of the rows of one launch: it failed if a row did not end well, or if there is none.
Launched launched_of(const std::vector<Json>& rows);

// The same of the events of its run, which say more of one that was late.
Launched launched_of_events(const std::vector<Json>& events);

// Returns the sample of the rows of one launch. Rows that did not end well, and numbers that are not above
// 0, do not count.
Sample sample_of(const std::vector<Json>& rows);

}  // namespace harness
