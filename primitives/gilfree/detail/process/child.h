// What a child process does from its first instruction to its last, made by fork or by a fork server.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>

#include "gilfree/deadline.h"
#include "gilfree/detail/process/child_registry.h"

namespace gilfree::detail {

// What a child has to know of the process that starts it. Read before the fork.
struct Starter {
  static Starter here();

  pid_t pid;
  // The one that is the child's parent to the kernel may end before its process does.
  bool may_lose_a_thread = false;
  // It may drop its privileges, or its child may, if it has any: then the kernel refuses to kill the child with it.
  bool may_change_user = false;
};

// Whether this process may become another user: by CAP_SETUID or CAP_SETGID, or since it has more ids than one.
bool can_change_user();

// The life of the process that `self` describes: its exit code is what `run` returns.
[[noreturn]] void live_as_child(const std::shared_ptr<ProcessRecord>& self, Starter parent,
                                const std::function<int()>& run);

// For a daemon whose parent lasts, after it may have become another user: then the kernel has forgotten to kill it with
// its parent. One system call if it has not.
void stay_bound_to_parent();

// For a child: whether its parent runs. Sleeps until that has ended; false if the deadline came first.
bool parent_is_alive();
bool await_parent(Deadline deadline);

// Before a fork, or the child would write what is buffered a second time; and before _exit.
void flush_stdio();

}  // namespace gilfree::detail
