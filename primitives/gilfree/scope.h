// Scope: which parties share a primitive, and therefore where its state lives.
#pragma once

#include "gilfree/version.h"

#include <concepts>

namespace gilfree {

// Shared by the threads of one process. The state is in private memory. No thread dies alone: a killed
// thread takes the process, and with it the state, along.
struct Threads {
  static constexpr bool kAcrossProcesses = false;
};

// Shared by processes. The state is in shared memory, mapped at any address, and outlives each of them.
struct Processes {
  static constexpr bool kAcrossProcesses = true;
};

template <typename S>
concept Scope = std::same_as<S, Threads> || std::same_as<S, Processes>;

}  // namespace gilfree
