// CPython's Pipe, Queue and SimpleQueue: a program of its own (cpython/pipe_vs_queue.py) that counts
// into the same tallies.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario.h"

namespace scenarios {

inline constexpr std::array<std::string_view, 3> kCPythonChannels = {
    "cpython_pipe", "cpython_queue", "cpython_simple_queue"};

inline bool is_cpython(std::string_view channel) {
  return std::find(kCPythonChannels.begin(), kCPythonChannels.end(), channel) !=
         kCPythonChannels.end();
}

// Runs the script `name` of scenarios/contenders/cpython with `arguments`, and measures meanwhile.
// Throws harness::Skipped without an interpreter, std::runtime_error if the script fails.
void run_cpython(harness::Run& run, const char* name, const std::vector<std::string>& arguments);

}  // namespace scenarios
