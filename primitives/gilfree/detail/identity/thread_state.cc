#include "gilfree/detail/identity/thread_state.h"

#include <cstdio>
#include <ctime>

#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/base/proc_stat.h"

namespace gilfree::detail {
namespace {

// Field 3 of /proc/self/task/ID/stat; 'X' if there is no such thread.
char state_of(pid_t thread) {
  char path[48];
  std::snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
  const auto stat = read_proc_stat(path);
  return stat ? stat->state : 'X';
}

// The CPU time of a thread stands still unless it is on a CPU at this moment.
bool is_on_cpu(pid_t thread) {
  const auto clock = static_cast<clockid_t>(~static_cast<unsigned>(thread) << 3 | 6);  // per thread
  timespec before{}, now{};
  ::clock_gettime(clock, &before);
  for (int i = 0; i < 16; ++i) relax();
  ::clock_gettime(clock, &now);
  return now.tv_sec != before.tv_sec || now.tv_nsec != before.tv_nsec;
}

}  // namespace

Seen observe(pid_t thread) {
  switch (state_of(thread)) {
    case 'R':
      return is_on_cpu(thread) ? Seen::kOnCpu : Seen::kReady;
    case 'X':
    case 'Z':
      return Seen::kGone;
    default:
      return Seen::kWaiting;
  }
}

}  // namespace gilfree::detail
