// Shell completion: what the scripts for bash, zsh and fish have in common.
#pragma once

#include <string>
#include <vector>

#include "harness/command/reference.h"

namespace harness {

// Each returns the script for one shell: a case for each command, and one for a line without a command.
std::string bash_completion(const Reference& reference);
std::string zsh_completion(const Reference& reference);
std::string fish_completion(const Reference& reference);

// A text in single quotes, as each of the shells reads it.
std::string shell_quoted(const std::string& text);

std::vector<std::string> names_of(const std::vector<OptionReference>& options);
std::vector<std::string> names_of(const std::vector<CommandReference>& commands);

}  // namespace harness
