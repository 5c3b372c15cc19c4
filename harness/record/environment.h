// Environment: the machine, the build and the limits under which a run was made.
#pragma once

#include <string>
#include <vector>

#include "harness/base/json.h"

namespace harness {

// For run.json: tool, build, host, limits, environment, warnings.
Json environment();

// The same for people.
std::string environment_text();

// Where the project's sources are: $GILFREE_SOURCE_DIR, or where this was built.
std::string source_dir();

const char* version();

}  // namespace harness
