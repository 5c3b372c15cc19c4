// fork_sibling: as fork(), but the child is a sibling of the caller: a child of the caller's parent,
// which can wait for it and gets SIGCHLD when it ends.
//
// For a process that has one thread, holds no lock and uses no primitive: handlers of pthread_atfork
// are not called; it does what those of this library do that matter then.
#pragma once

#include <sys/types.h>

namespace gilfree::detail {

// Returns whether fork_sibling() finds where the C library keeps what it needs.
bool can_fork_siblings();

// Returns the child's pid, 0 in the child, or -1 with errno. The kernel writes the pid to `born` as it makes
// the child, so a process that shares that memory knows of each child, also if the caller dies meanwhile.
pid_t fork_sibling(pid_t* born);

}  // namespace gilfree::detail
