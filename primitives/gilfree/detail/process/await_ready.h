// await_ready: ppoll(2), whatever RLIMIT_NOFILE is.
//
//   pollfd ended{.fd = pidfd, .events = POLLIN, .revents = 0};
//   (void)await_ready({&ended, 1}, deadline);
//
// The kernel refuses to look at more descriptors than a process may open at this moment, though it has
// them open already. So a limit that was lowered to 0 would make every look fail, and a wait a loop that
// never sleeps. select(2) has no such rule.
#pragma once

#include <poll.h>

#include <span>

#include "gilfree/deadline.h"

namespace gilfree::detail {

// Sleeps until one of `files` is ready, which its `revents` then says, or the deadline has come; those
// below 0 are left out. May return early. False, with errno, if it cannot look at them.
bool await_ready(std::span<pollfd> files, Deadline deadline);

}  // namespace gilfree::detail
