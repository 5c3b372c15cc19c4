// Contenders that are programs of their own: those of CPython, and those of --contender-program.
#pragma once

#include <string>
#include <vector>

#include "harness/scenario.h"

namespace scenarios {

// Runs `command`, and measures meanwhile. It inherits the tally's descriptor. It writes an `r` to its stdout
// when the windows may open; what it writes there at its end is noted in the row, a "COLUMN VALUE" a line,
// where column `error` fails the launch and `skipped` skips it. Throws std::runtime_error if it fails, or writes
// another column than those that a program may note.
// `whose` names it in messages.
void run_program(harness::Run& run, const std::string& whose, std::vector<std::string> command);

}  // namespace scenarios
