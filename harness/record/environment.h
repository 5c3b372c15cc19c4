// Environment: the machine, the build and the limits under which a run was made.
#pragma once

#include <string>
#include <vector>

#include "harness/base/json_fwd.h"

namespace harness {

// Returns the facts for run.json: tool, build, host, limits, environment, warnings. Null: this machine
// does not say.
Json environment();

// If this variable is set, environment() leaves out the facts that take longer than a short launch: the content of the
// program, and the way of a cache line. `ab` and `aa` set it for their launches.
inline constexpr char kFewFacts[] = "GILFREE_FEW_FACTS";

// The same for people.
std::string environment_text();

// Where the project's sources are: $GILFREE_SOURCE_DIR, or where this was built.
std::string source_dir();

const char* version();

}  // namespace harness
