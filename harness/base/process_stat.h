// ProcessStat: what /proc/PID/stat says of a process or a thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace harness {

struct ProcessStat {
  char state = '?';  // 'R' runs or is runnable, 'S' sleeps in the kernel, 'Z' has ended, ...
  pid_t parent = 0, group = 0;
  bool is_exiting = false;  // on its way out; a thread may have been joined by then
  std::int64_t minor_faults = 0;
  std::int64_t user_ticks = 0, system_ticks = 0;
};

// Parses the text of such a file. Returns nothing if it is cut short or malformed.
std::optional<ProcessStat> parse_process_stat(std::string_view text);

// Reads the file of a process or thread. Returns nothing if there is none.
std::optional<ProcessStat> process_stat(pid_t id);

}  // namespace harness
