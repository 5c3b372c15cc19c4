// `bench-all ab` and `bench-all aa`: two builds against each other, and one against itself.
#pragma once

namespace harness {

// Whether the command line is one of these.
bool is_comparison(int argc, char** argv);

// Does what it asks for; returns the exit code. Throws BadUsage or CannotWrite.
int compare(int argc, char** argv);

}  // namespace harness
