#include "gilfree/detail/identity/owner_id.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <optional>

namespace gilfree::detail {
namespace {

// What /proc/ID/stat says (proc(5)): fields 3 and 22.
struct Stat {
  char state;
  unsigned long long started;  // hundredths of a second since boot: USER_HZ is 100 on every Linux
};

std::optional<Stat> stat_of(std::uint32_t id) {
  char path[32], text[1024];
  std::snprintf(path, sizeof path, "/proc/%u/stat", id);
  std::FILE* file = std::fopen(path, "re");
  if (file == nullptr) return std::nullopt;
  const std::size_t length = std::fread(text, 1, sizeof text - 1, file);
  std::fclose(file);
  text[length] = '\0';
  const char* behind_name = std::strrchr(text, ')');  // the name may hold anything
  Stat stat{};
  if (behind_name == nullptr ||
      std::sscanf(
          behind_name + 1,
          " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
          &stat.state, &stat.started) != 2) {
    return std::nullopt;
  }
  return stat;
}

bool is_ended(char state) { return state == 'Z' || state == 'X' || state == 'x'; }

// True if the thread that once had this id has ended, or a younger one has it.
bool was_reused(OwnerId token, const Stat& stat) {
  return static_cast<std::uint32_t>(stat.started) > named_at(token);
}

pid_t kernel_id(OwnerId token) { return static_cast<pid_t>(id_of(token)); }

bool id_exists(OwnerId token) { return ::kill(kernel_id(token), 0) == 0 || errno != ESRCH; }

[[maybe_unused]] const int forget_in_children =
    ::pthread_atfork(nullptr, nullptr, [] { own_process = kNoOwner; });

}  // namespace

std::uint32_t owner_id_time() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<std::uint32_t>(now.tv_sec * 100 + now.tv_nsec / 10'000'000);
}

OwnerId name_this_process() {
  // Any thread may be first; whichever time stays, it is after the start.
  OwnerId nobody = kNoOwner;
  const OwnerId mine = make_owner_id(0, static_cast<std::uint32_t>(::getpid()), owner_id_time());
  return own_process.compare_exchange_strong(nobody, mine) ? mine : nobody;
}

bool thread_runs(OwnerId thread) {
  if (!id_exists(thread)) return false;
  const auto stat = stat_of(id_of(thread));
  if (!stat) return id_exists(thread);
  return !is_ended(stat->state) && !was_reused(thread, *stat);
}

// A process whose first thread has ended is a zombie to /proc, but not to a pidfd while another
// thread runs.
bool process_runs(OwnerId process) {
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, kernel_id(process), 0));
  if (pidfd < 0) return errno != ESRCH;
  pollfd end{.fd = pidfd, .events = POLLIN, .revents = 0};
  const bool ended = ::poll(&end, 1, 0) == 1;
  ::close(pidfd);
  if (ended) return false;
  const auto stat = stat_of(id_of(process));
  return !stat || !was_reused(process, *stat);
}

}  // namespace gilfree::detail
