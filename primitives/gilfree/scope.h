// Scope: who shares a primitive, and therefore where its state lives.
#pragma once

#include <concepts>

namespace gilfree {

// Shared by the threads of one process. State is private memory; a thread never dies alone.
struct Threads {
  static constexpr bool kAcrossProcesses = false;
};

// Shared by processes. State is shared memory, mapped at any address, and outlives any one of them.
struct Processes {
  static constexpr bool kAcrossProcesses = true;
};

template <typename S>
concept Scope = std::same_as<S, Threads> || std::same_as<S, Processes>;

}  // namespace gilfree
