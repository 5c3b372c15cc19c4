#include "harness/base/process_stat.h"

#include <sstream>
#include <string>

#include "harness/base/files.h"

namespace harness {

std::optional<ProcessStat> parse_process_stat(std::string_view text) {
  const auto name_end = text.rfind(')');  // the name before it may contain anything
  if (name_end == std::string_view::npos) return std::nullopt;
  std::istringstream fields{std::string(text.substr(name_end + 1))};
  ProcessStat stat;
  std::string skipped;
  fields >> stat.state >> stat.parent >> stat.group;  // fields 3 to 5
  for (int i = 6; i <= 9; ++i) fields >> skipped;     // session, terminal, flags
  fields >> stat.minor_faults;                        // field 10
  for (int i = 11; i <= 13; ++i) fields >> skipped;   // other faults
  fields >> stat.user_ticks >> stat.system_ticks;     // fields 14 and 15
  if (!fields) return std::nullopt;
  return stat;
}

std::optional<ProcessStat> process_stat(pid_t id) {
  const auto text = read_text("/proc/" + std::to_string(id) + "/stat");
  return text ? parse_process_stat(*text) : std::nullopt;
}

}  // namespace harness
