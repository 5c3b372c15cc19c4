// `bench-all compare`: runs that were measured earlier against each other, without measuring.
#pragma once

#include <filesystem>
#include <string>

#include "harness/command/reference.h"

namespace harness {

// The command, for the manual and for completion.
CommandReference stored_command();

// Does what it asks for; returns the exit code. Throws BadUsage or CannotWrite.
int compare_stored(int argc, char** argv);

// Compares a run that has just been measured with a baseline and prints the table; returns the exit code.
int compare_with_baseline(const std::string& baseline, const std::filesystem::path& folder);

// Throws BadUsage if there is no such baseline.
void expect_baseline(const std::string& name);

}  // namespace harness
