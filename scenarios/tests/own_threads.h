// What runs in this process, and beneath it, for tests that nothing is left.
#pragma once

#include <cstddef>

namespace scenarios::testing {

// Returns how many threads this process has. One that has been joined, and is still on its way out of the kernel,
// is not counted: pthread_join() returns before it leaves /proc/self/task.
std::size_t own_threads();

// Whether this process has a child, running or not yet waited for.
bool has_children();

}  // namespace scenarios::testing
