// Interruption: whether a signal has asked this program to end.
#pragma once

#include <atomic>

namespace harness {

// Set by the signal handlers that main installs; the number of the signal, or 0.
inline std::atomic<int> interrupted{0};

}  // namespace harness
