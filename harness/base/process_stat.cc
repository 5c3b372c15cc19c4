#include "harness/base/process_stat.h"

#include <sstream>
#include <string>

#include "harness/base/files.h"

namespace harness {
namespace {

constexpr unsigned kExiting =
    0x4;  // PF_EXITING of include/linux/sched.h: set before the kernel wakes who joins

}  // namespace

std::optional<ProcessStat> parse_process_stat(std::string_view text) {
  const auto name_end = text.rfind(')');  // the name before it may contain anything
  if (name_end == std::string_view::npos) return std::nullopt;
  std::istringstream fields{std::string(text.substr(name_end + 1))};
  ProcessStat stat;
  std::string skipped;
  fields >> stat.state >> stat.parent >> stat.group;  // fields 3 to 5
  for (int i = 6; i <= 8; ++i) fields >> skipped;     // session, terminal
  unsigned flags = 0;
  fields >> flags >> stat.minor_faults;  // fields 9 and 10
  stat.is_exiting = (flags & kExiting) != 0;
  for (int i = 11; i <= 13; ++i) fields >> skipped;  // other faults
  fields >> stat.user_ticks >> stat.system_ticks;    // fields 14 and 15
  if (!fields) return std::nullopt;
  return stat;
}

std::optional<ProcessStat> process_stat(pid_t id) {
  const auto text = read_text("/proc/" + std::to_string(id) + "/stat");
  return text ? parse_process_stat(*text) : std::nullopt;
}

}  // namespace harness
