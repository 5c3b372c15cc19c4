// Stacks: what the threads of a process that hangs are doing, by /proc.
#pragma once

#include <sys/types.h>

#include <string>

#include "harness/base/json_fwd.h"

namespace harness {

// Returns an object for each thread of `leader`, of its descendants and of its process group: pid, tid,
// comm (its name), state; wchan, the kernel's function that it sleeps in; syscall, the system call's number and
// arguments, or "running"; stack, the kernel's frames. What this user may not read is left out.
Json stacks_of(pid_t leader);

// Returns the same for reading: a line for each thread, and its frames.
std::string stacks_text(const Json& threads);

}  // namespace harness
