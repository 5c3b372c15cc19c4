// `bench-all fleet`: many machines, each measured by a run of its own.
#pragma once

#include "harness/command/reference.h"

namespace harness {

// The command, for the manual and for completion.
CommandReference fleet_command();

// Does what it asks for; returns the exit code. Throws BadUsage or CannotWrite.
int fleet(int argc, char** argv);

}  // namespace harness
