// Pair: what one launch of each build has given, in the same round. A line of ab.jsonl.
#pragma once

#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/judge/late_launch.h"
#include "harness/judge/sample.h"

namespace harness {

struct Pair {
  std::string name;                          // of the case
  bool fresh = false;                        // of the rounds that confirm what seems worse
  double seconds = 0;                        // it took
  Sample a = {}, b = {};                     // empty if a launch failed
  std::string linked_a = {}, linked_b = {};  // as Launched says; empty if it is not known
  std::string failure = {};                  // "B failed in launch 3: exit code 1"
  // Those that did not end in time: after the first, both builds were launched again.
  std::vector<LateLaunch> late = {};
  std::string skipped = {};  // why both launches were skipped
};

Json json_of(const Pair& pair);
// Throws Json::exception or std::out_of_range if it is none.
Pair pair_from(const Json& json);

}  // namespace harness
