// Completion: scripts by which shells complete the command line of bench-all.
#pragma once

#include <string>

#include "harness/command/reference.h"

namespace harness {

inline const std::vector<std::string> kShells = {"bash", "zsh", "fish"};

// Returns the script for one of kShells.
std::string completion(const Reference& reference, const std::string& shell);

}  // namespace harness
