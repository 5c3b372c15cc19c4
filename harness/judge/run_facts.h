// What a run records of its machine, build and settings, and whether the numbers of two runs may be compared.
#pragma once

#include <string>
#include <vector>

#include "harness/base/json_fwd.h"

namespace harness {

// Returns what the facts of a run say under group and key, as "host", "cpus"; null if they do not say it.
Json fact_of(const Json& facts, const char* group, const char* key);

// Returns a fact in words for the user; "not known" for null.
std::string fact_text(const Json& value);

// Returns the facts of this machine, and of the build of this program, that unlike() compares.
Json measured_on();

// Returns what differs between the machines, the builds and the settings of two runs, in words for the
// user: "CPU model: ... and ..."; empty if their numbers may be compared. Two of which neither records a machine, or
// a build, are not alike.
std::vector<std::string> unlike(const Json& a, const Json& b);

}  // namespace harness
