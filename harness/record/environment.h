// Environment: the machine, the build and the limits under which a run was made.
#pragma once

#include <string>
#include <vector>

#include "harness/base/json.h"

namespace harness {

// Returns the facts for run.json: tool, build, host, limits, environment, warnings. Null: this machine
// does not say.
Json environment();

// The same for people.
std::string environment_text();

// Where the project's sources are: $GILFREE_SOURCE_DIR, or where this was built.
std::string source_dir();

const char* version();

}  // namespace harness
