// The nodes of a fleet: which there are, and what their folders say.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace harness {

// Returns the nodes of "n[1-4,7],m[01-02],login". Throws BadUsage.
std::vector<std::string> node_names(const std::string& list);

// What the folder of a node says.
struct Measured {
  enum class State { kNothing, kBegun, kDone };
  State state = State::kNothing;
  std::filesystem::path run = {};  // of the run that is done, else of the last that began
  int attempts = 0;
  int exit_code = -1;  // of that run; -1: it has not ended
};

// Reads it: a run is done when its run.json has the exit code of a run that measured to its end. One that a
// signal ended, or that could not write, is not.
Measured measured_in(const std::filesystem::path& folder);

}  // namespace harness
