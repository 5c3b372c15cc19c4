// `bench-all ab` and `bench-all aa`: two builds against each other, and one against itself.
#pragma once

#include <vector>

#include "harness/command/reference.h"

namespace harness {

// The two commands, for the manual and for completion.
std::vector<CommandReference> comparison_commands();

// Does what it asks for; returns the exit code. Throws BadUsage or CannotWrite.
int compare(int argc, char** argv);

}  // namespace harness
