// fork_sibling: as fork(), but the child is a sibling of the caller: a child of the caller's parent,
// which can wait for it and is told of its end.
//
// For a process that has one thread, holds no lock and uses no primitive: handlers of pthread_atfork
// are not called, but those of the library that matter then are made up for.
#pragma once

#include <sys/types.h>

namespace gilfree::detail {

// Whether this kernel tells what it takes.
bool can_fork_siblings();

// 0 in the child; -1 and errno if there is none. The kernel writes the child's pid to `born` as it
// makes it: whoever shares that memory knows of each child, even if the caller dies in the middle.
pid_t fork_sibling(pid_t* born);

}  // namespace gilfree::detail
