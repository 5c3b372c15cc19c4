// CPython's contenders: programs of their own (contenders/cpython/SCENARIO.py) that count into the same
// shared memory. contenders/cpython.cc lists them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario.h"

namespace scenarios {

inline bool is_cpython(std::string_view contender) { return contender.starts_with("cpython_"); }

// The axis whose values are the interpreters; "none" for the contenders that need none.
inline harness::Parameter interpreter_axis() {
  return {"python",
          "interpreter",
          {"none"},
          "the interpreter of the cpython contenders",
          harness::Parameter::Kind::kInterpreter};
}

// Returns true if the point names an interpreter where the contender needs one, and none where not.
inline bool interpreter_fits(const harness::Point& point) {
  return is_cpython(point.text("contender")) == (point.text("python") != "none");
}

// Runs the script `name` of contenders/cpython with the tally's descriptor and `arguments`, as run_program()
// does (support/program.h). Throws harness::Skipped without an interpreter, std::runtime_error if the script
// fails.
void run_cpython(harness::Run& run, const char* name, const std::vector<std::string>& arguments);

}  // namespace scenarios
