// The processes that a program has started, and their threads, by /proc.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace harness {

// Returns `leader`, its descendants and its process group, in ascending order.
std::vector<pid_t> processes_of(pid_t leader);

// Returns the threads of a process, in ascending order; none if it has ended.
std::vector<pid_t> threads_of(pid_t process);

// For how long a thread has run on a CPU, and for how long it was runnable and waited for one, since it began.
struct ThreadTimes {
  pid_t id = 0;
  char state = '?';  // as in ProcessStat
  std::chrono::nanoseconds ran{0}, waited{0};
};

// Returns the times of all threads of processes_of(leader). Where the kernel does not account for waits
// (/proc/PID/task/TID/schedstat), `waited` is 0 and `ran` has the resolution of a clock tick.
std::vector<ThreadTimes> thread_times_of(pid_t leader);

// Parses the text of a schedstat file, "RAN WAITED SLICES" in nanoseconds. Returns (ran, waited); nothing if it is
// malformed.
std::optional<std::pair<std::chrono::nanoseconds, std::chrono::nanoseconds>> parse_schedstat(
    const std::string& text);

}  // namespace harness
