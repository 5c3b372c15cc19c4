// What a process is made of: its program and the libraries that it loads, which a wrapper script or a new library may
// exchange behind an unchanged file.
#pragma once

#include <string>

namespace harness {

// Returns a hash (FNV-1a, 64 bits) of the build IDs that the linker gave the program and the libraries that this process has
// loaded, without the kernel's vDSO; empty if the program has none (`-Wl,--build-id`, which GCC of Debian and Ubuntu passes).
// A build ID is itself a hash of what was linked.
std::string loaded();

// Returns what loaded() said when this was called first: main() does so before a plugin is loaded, as hwloc's are.
std::string linked();

}  // namespace harness
