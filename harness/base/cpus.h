// The CPUs that this process may run on.
#pragma once

#include <vector>

namespace harness {

// Returns the numbers of the CPUs that the calling thread may run on, in ascending order; empty if the
// kernel does not say.
std::vector<int> allowed_cpus();

// Binds the calling thread to one CPU. Returns false if the kernel refuses.
bool stay_on(int cpu);

}  // namespace harness
