// Returns what a thread of this process is doing, as the kernel reports it.
#pragma once

#include <sys/types.h>

namespace gilfree::detail {

enum class Seen {
  kOnCpu,    // executing
  kReady,    // runnable, waits for a CPU
  kWaiting,  // asleep in the kernel, or stopped
  kGone,
};

// Costs about 20 us. The state may have changed when it returns.
Seen observe(pid_t thread);

}  // namespace gilfree::detail
