#include "harness/measure/counters.h"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "harness/base/json.h"

namespace harness {
namespace {

constexpr std::uint64_t kEvents[] = {PERF_COUNT_HW_INSTRUCTIONS, PERF_COUNT_HW_CPU_CYCLES,
                                     PERF_COUNT_HW_CACHE_MISSES};

// Returns the descriptor of a counter of this thread and all that it starts; -1 and errno if there is none.
int open_counter(std::uint64_t event, bool with_kernel) {
  perf_event_attr attributes{};
  attributes.type = PERF_TYPE_HARDWARE;
  attributes.size = sizeof attributes;
  attributes.config = event;
  attributes.inherit = 1;
  attributes.exclude_kernel = with_kernel ? 0 : 1;
  attributes.exclude_hv = 1;
  attributes.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
  return static_cast<int>(
      ::syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC));
}

std::string refusal(int error) {
  switch (error) {
    case ENOENT:
    case EOPNOTSUPP:
      return "not counted: this machine has no such counters (a virtual machine often has none)";
    case EACCES:
    case EPERM:
      return "not counted: refused; allow it by sysctl kernel.perf_event_paranoid=1";
    default:
      return std::string("not counted: perf_event_open: ") + std::strerror(error);
  }
}

// The count as if it had been on the hardware all the time.
std::optional<double> value_of(int fd) {
  std::uint64_t found[3];  // value, time enabled, time running
  if (fd < 0 || ::read(fd, found, sizeof found) != sizeof found || found[2] == 0) {
    return std::nullopt;
  }
  return static_cast<double>(found[0]) * static_cast<double>(found[1]) /
         static_cast<double>(found[2]);
}

}  // namespace

Counters::Counters() {
  fds_.fill(-1);
  int error = 0;
  for (const bool with_kernel : {true, false}) {
    bool any = false;
    for (std::size_t i = 0; i < fds_.size(); ++i) {
      fds_[i] = open_counter(kEvents[i], with_kernel);
      if (fds_[i] < 0) error = errno;
      any = any || fds_[i] >= 0;
    }
    scope_ = any ? (with_kernel ? "user and kernel" : "user") : refusal(error);
    if (any) return;
  }
}

Counters::~Counters() {
  for (const int fd : fds_) {
    if (fd >= 0) ::close(fd);
  }
}

Counters::Values Counters::read() const {
  Values values;
  for (std::size_t i = 0; i < fds_.size(); ++i) values[i] = value_of(fds_[i]);
  return values;
}

void add_counters(Json& row, const Counters::Values& opened, const Counters::Values& closed,
                  double ops) {
  for (std::size_t i = 0; i < Counters::kColumns.size(); ++i) {
    if (!closed[i] || !(ops > 0)) continue;
    const double count = *closed[i] - opened[i].value_or(0);
    if (count >= 0) row[Counters::kColumns[i]] = count / ops;
  }
}

}  // namespace harness
