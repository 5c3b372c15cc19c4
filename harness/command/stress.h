// `bench-all stress`: tests that try to break primitives.
#pragma once

#include <vector>

#include "harness/command/reference.h"
#include "harness/stress/test.h"

namespace harness {

// The command, for the manual and for completion.
CommandReference stress_command(const std::vector<const stress::Test*>& tests);

// Does what it asks for; returns the exit code. Throws BadUsage or CannotWrite.
int stress_tests(int argc, char** argv, const std::vector<const stress::Test*>& tests);

}  // namespace harness
