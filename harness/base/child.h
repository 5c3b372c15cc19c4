// Child: runs a program of others.
#pragma once

#include <string>
#include <vector>

namespace harness {

// Runs a program and returns what it wrote to stdout; nothing if it failed.
std::string output_of(const std::vector<std::string>& command);

}  // namespace harness
