// CPython's primitives: programs of their own (cpython/SCENARIO.py) that count into the same tallies.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario.h"

namespace scenarios {

inline constexpr std::array<std::string_view, 3> kCPythonChannels = {
    "cpython_pipe", "cpython_queue", "cpython_simple_queue"};

inline bool is_cpython(std::string_view contender) { return contender.starts_with("cpython_"); }

// As an axis: "none" for all others.
inline harness::Parameter interpreter_axis() {
  return {"python",
          "interpreter",
          {"none"},
          "the interpreter of the cpython contenders",
          harness::Parameter::Kind::kInterpreter};
}

// Runs the script `name` of scenarios/contenders/cpython with `arguments`, and measures meanwhile.
// The script writes a byte to its stdout when the windows may open; what it writes there at its end
// is noted in the row, a "COLUMN VALUE" a line, where column `error` fails the case. Throws
// harness::Skipped without an interpreter, std::runtime_error if the script fails.
void run_cpython(harness::Run& run, const char* name, const std::vector<std::string>& arguments);

}  // namespace scenarios
