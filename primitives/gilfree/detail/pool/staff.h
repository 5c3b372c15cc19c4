// PoolStaff: the supervisor of a process pool and, through it, the workers; as the pool's process has
// them. `PoolState` (state.h) is what all of them share.
//
// Not for several threads at once, but for pids(): ProcessPool's mutex guards the rest.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <vector>

#include "gilfree/detail/pool/state.h"
#include "gilfree/process.h"

namespace gilfree::detail {

class PoolStaff {
 public:
  // Starts them. `share` and `plan` must outlive them.
  PoolStaff(PoolShare& share, const PoolPlan& plan);

  std::vector<pid_t> pids() const;
  // False once the supervisor has ended; it may have been killed. Then the kernel kills the workers.
  bool is_supervised() const { return supervisor_->is_alive(); }
  // To ask without the mutex.
  ProcessHandle supervisor() const { return *supervisor_; }

  // Another supervisor, which starts workers of its own. Those of the one before must have ended.
  void start();
  // Ends all, whatever the workers are at.
  void end();

 private:
  PoolShare& share_;
  const PoolPlan& plan_;
  std::optional<Process> supervisor_;
};

}  // namespace gilfree::detail
