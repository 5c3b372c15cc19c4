#include "gilfree/detail/base/proc_stat.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace gilfree::detail {
namespace {

struct Reading {
  const char* path;
  char text[1024];
  ssize_t length = -1;
  int error = 0;
};

void read_into(Reading& reading) {
  const auto file = static_cast<int>(
      ::syscall(SYS_openat, AT_FDCWD, reading.path, O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (file >= 0) {
    reading.length = ::syscall(SYS_read, file, reading.text, sizeof reading.text - 1);
    reading.error = errno;
    ::syscall(SYS_close, file);
  } else {
    reading.error = errno;
  }
}

// In the helper process: its copy of the descriptor table is full, so one entry is given up. Its limit is
// its own too, and that of its parent may be 0.
int read_with_own_descriptors(void* reading) {
  ::syscall(SYS_close, 0);
  rlimit limit{};
  ::syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, nullptr, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &limit, nullptr);
  read_into(*static_cast<Reading*>(reading));
  return 0;
}

// The helper shares the memory and has descriptors of its own, as a child of vfork does. It sends no
// SIGCHLD, and only a wait for clones can reap it.
void read_by_helper(Reading& reading) {
  alignas(16) std::byte stack[16384];
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t helper =
      ::clone(read_with_own_descriptors, stack + sizeof stack, CLONE_VM | CLONE_VFORK, &reading);
  if (helper > 0) {
    while (::waitpid(helper, nullptr, __WCLONE) < 0 && errno == EINTR) continue;
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace

std::optional<ProcStat> parse_proc_stat(const char* text) {
  const char* behind_name = std::strrchr(text, ')');  // the name may hold anything
  if (behind_name == nullptr || behind_name[1] != ' ' || behind_name[2] == '\0')
    return std::nullopt;
  ProcStat stat{static_cast<pid_t>(std::strtol(text, nullptr, 10)), behind_name[2], 0, 0, 0};
  const char* at = behind_name + 3;
  for (int field = 4; field <= 28; ++field) {
    char* end = nullptr;
    const std::uint64_t value = std::strtoull(at, &end, 10);  // takes a minus sign, too
    if (end == at) return std::nullopt;
    at = end;
    if (field == 20) stat.threads = value;
    if (field == 22) stat.started = value;
    if (field == 28) stat.stack = value;
  }
  return stat;
}

std::optional<ProcStat> read_proc_stat(const char* path) {
  Reading reading{.path = path, .text = {}};
  read_into(reading);
  if (reading.length < 0 && (reading.error == EMFILE || reading.error == ENFILE)) {
    read_by_helper(reading);
  }
  if (reading.length < 0) {
    errno = reading.error;
    return std::nullopt;
  }
  reading.text[reading.length] = '\0';
  return parse_proc_stat(reading.text);
}

}  // namespace gilfree::detail
