// ProcStat: what /proc/ID/stat says about a thread or a process (proc(5)).
//
//   if (const auto stat = read_proc_stat("/proc/1234/stat")) ... stat->started ...
//
// The only parser of that file in the library. Uses neither the heap nor a lock, so a child made by
// _Fork() may call it. Needs no free descriptor: where none is left, a helper process with a
// descriptor table of its own reads the file.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace gilfree::detail {

struct ProcStat {
  pid_t id;               // field 1, as the pid namespace of the mounted /proc counts
  char state;             // field 3: 'R', 'S', ..., 'Z' for a zombie
  std::uint64_t threads;  // field 20: of its process
  std::uint64_t started;  // field 22: ticks of 10 ms since boot, in the reader's time namespace
  std::uint64_t
      stack;  // field 28: where the program's stack begins; 0 or 1 if hidden from the reader

  bool has_ended() const { return state == 'Z' || state == 'X' || state == 'x'; }
};

// Parses the text of such a file. Nothing if it is not one.
std::optional<ProcStat> parse_proc_stat(const char* text);

// Nothing if the file cannot be read; then errno says why.
std::optional<ProcStat> read_proc_stat(const char* path);

}  // namespace gilfree::detail
