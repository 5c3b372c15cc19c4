#include "scenarios/tests/own_threads.h"

#include <sys/wait.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace scenarios::testing {
namespace {

// PF_EXITING of field 9 of /proc/PID/task/ID/stat (include/linux/sched.h): set before the kernel wakes who joins.
constexpr unsigned long kExiting = 0x4;

bool is_running(const std::filesystem::path& task) {
  std::ifstream file(task / "stat");
  std::string text;
  if (!std::getline(file, text)) return false;                  // it has gone meanwhile
  std::istringstream fields(text.substr(text.rfind(')') + 1));  // a name may hold blanks
  std::string state, skipped;
  unsigned long flags = 0;
  fields >> state;
  for (int field = 4; field < 9; ++field) fields >> skipped;
  fields >> flags;
  return (flags & kExiting) == 0;
}

}  // namespace

std::size_t own_threads() {
  const auto count = [] {
    std::size_t running = 0;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task"))
      running += is_running(task.path());
    return running;
  };
  // A list that changes while it is read may be cut short.
  std::size_t before = count();
  for (std::size_t now = count(); now != before; now = count()) before = now;
  return before;
}

bool has_children() { return ::waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD; }

}  // namespace scenarios::testing
