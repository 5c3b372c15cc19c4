// Programs of the engine, such as squeue: what they answer.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace harness {

// Runs a program to its end. Returns what it wrote to stdout. Throws EngineError if it fails, is not there, or
// does not answer within a minute: its name, and the last line it said.
std::string answer_of(const std::vector<std::string>& command);

// Returns the command as a shell takes it.
std::string shell_words(const std::vector<std::string>& command);

// Returns the path of this program.
std::filesystem::path this_program();

}  // namespace harness
