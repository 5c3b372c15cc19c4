// The command `noise`: how steady is this machine, and what disturbs it?
#pragma once

#include "harness/command/reference.h"

namespace harness {

// Measures for about ten seconds and says so on stdout. Returns kOk. Throws BadUsage.
int noise(int argc, char** argv);

// For the manual and for completion.
CommandReference noise_command();

}  // namespace harness
