// What the machine spent on a launch: CPU time and context switches of all its processes.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "harness/base/json_fwd.h"

namespace harness {

struct Usage {
  double cpu_s = 0;                      // of this process and every live descendant
  double user_ticks = 0, sys_ticks = 0;  // the kernel's coarse count, for the split of cpu_s
  std::int64_t voluntary = 0, involuntary = 0, minor_faults = 0;
  double steal_ticks = 0, all_ticks = 0;  // of the whole machine
  bool complete = true;  // false: the kernel does not list the descendants (no /proc)
  std::optional<std::int64_t> migrations =
      {};  // of threads, between CPUs; nothing: no /proc/PID/sched
  std::optional<double> stalled_us =
      {};                          // that some task of the machine waited for a CPU (pressure.h)
  std::optional<double> mhz = {};  // now, the mean of the CPUs that may be used
  std::optional<std::int64_t> throttled_us = {};  // by CPU quotas (cpu_quota.h); nothing: not known
};

// Returns what all of them have used so far, by /proc; a process that ends meanwhile is left out, and so is
// `left_out`.
Usage usage_of_descendants(pid_t left_out = 0);

// Adds cpu_*, ctx_*, migrations, minflt, steal_frac, throttled_us, psi_cpu_some and freq_mhz of a window to its row,
// which has its `window_s`; leaves out what is not known.
void add_usage(Json& row, const Usage& opened, const Usage& closed, std::uint64_t ops);

// ISO 8601 in UTC, to the millisecond.
std::string utc_text(std::chrono::system_clock::time_point at);

}  // namespace harness
