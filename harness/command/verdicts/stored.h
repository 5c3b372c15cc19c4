// `bench-all compare`: runs that were measured earlier against each other, without measuring.
#pragma once

#include "harness/command/reference.h"

namespace harness {

// The command, for the manual and for completion.
CommandReference stored_command();

// Does what it asks for; returns the exit code. Throws BadUsage or CannotWrite.
int compare_stored(int argc, char** argv);

}  // namespace harness
