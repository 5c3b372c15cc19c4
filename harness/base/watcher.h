// Watcher: a process between this program and another one, which lets nothing of that outlive either of them.
#pragma once

#include <csignal>

namespace harness {

// Forks. The new process returns, in a process group of its own and with the signal mask `mask`, to become the
// program. This one never returns: it ends as the program does, or at SIGTERM, which it also gets when its parent
// ends, even by SIGKILL. First it kills all that the program has started, in whatever process group that is: ninja
// gives each compiler one of its own.
void fork_under_watch(const sigset_t& mask);

}  // namespace harness
