#include "primitives/core/token.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <optional>

namespace gilfree::core {
namespace {

// What /proc/ID/stat says (proc(5)): fields 3, 20 and 22.
struct Stat {
  char state;
  long threads;
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
          " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %ld %*d %llu",
          &stat.state, &stat.threads, &stat.started) != 3) {
    return std::nullopt;
  }
  return stat;
}

bool is_ended(char state) { return state == 'Z' || state == 'X' || state == 'x'; }

bool runs(Token token, bool last_thread_counts) {
  if (::kill(static_cast<pid_t>(id_of(token)), 0) != 0 && errno == ESRCH) return false;
  const auto stat = stat_of(id_of(token));
  if (!stat) return ::kill(static_cast<pid_t>(id_of(token)), 0) == 0 || errno != ESRCH;
  if (is_ended(stat->state) && (last_thread_counts || stat->threads <= 1)) return false;
  return static_cast<std::uint32_t>(stat->started) <= named_at(token);
}

Token own_process = kNobody;

[[maybe_unused]] const int forget_in_children =
    ::pthread_atfork(nullptr, nullptr, [] { own_process = kNobody; });

}  // namespace

std::uint32_t token_time() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<std::uint32_t>(now.tv_sec * 100 + now.tv_nsec / 10'000'000);
}

Token this_process() {
  // Any thread may be first; they all write the same id, and whichever time stays is after its start.
  Token mine = __atomic_load_n(&own_process, __ATOMIC_RELAXED);
  if (mine == kNobody) {
    Token nobody = kNobody;
    mine = make_token(0, static_cast<std::uint32_t>(::getpid()), token_time());
    if (!__atomic_compare_exchange_n(&own_process, &nobody, mine, false, __ATOMIC_RELAXED,
                                     __ATOMIC_RELAXED)) {
      mine = nobody;
    }
  }
  return mine;
}

bool thread_runs(Token thread) { return runs(thread, true); }
bool process_runs(Token process) { return runs(process, false); }

}  // namespace gilfree::core
