#include "gilfree/detail/identity/thread_state.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <ctime>

#include "gilfree/detail/base/cpu.h"

namespace gilfree::detail {
namespace {

// The letter behind the name in /proc/self/task/ID/stat (proc(5)); 'X' if there is no such thread.
char letter_of(pid_t thread) {
  char path[48], text[512];
  std::snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 'X';
  const ssize_t length = ::read(file, text, sizeof text - 1);
  ::close(file);
  if (length <= 0) return 'X';
  text[length] = '\0';
  const char* behind_name = std::strrchr(text, ')');  // the name may hold anything
  return behind_name == nullptr ? 'X' : behind_name[2];
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
  switch (letter_of(thread)) {
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
