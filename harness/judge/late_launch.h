// LateLaunch: a launch that did not end in time, and what its threads did then.
//
// It has hung if they could have run, else it was starved (docs/0007-a-hang-is-counted-in-time-to-run.md). One of a
// build that does not tell has hung.
#pragma once

#include <string>
#include <vector>

#include "harness/base/json.h"

namespace harness {

struct LateLaunch {
  std::string name;   // of the case
  std::string build;  // "A" or "B"
  int launch = 0;
  std::string why = {};  // "timeout: still running after 20 s"
  bool starved = false;
  Json threads = Json::array();  // base/stacks.h
};

Json json_of(const LateLaunch& late);
// Throws Json::exception if it is none.
LateLaunch late_launch_from(const Json& json);

// Returns "B hung in launch 3".
std::string what_happened(const LateLaunch& late);
// Returns what is said of a case that was measured all the same: "B hung in launch 3, which was made again".
std::string retry_note(const std::vector<LateLaunch>& of_case);
// Returns what each launch was at, for reading: hung.txt.
std::string hung_text(const std::vector<LateLaunch>& all);

}  // namespace harness
