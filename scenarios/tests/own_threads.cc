#include "scenarios/tests/own_threads.h"

#include <sys/wait.h>

#include <cerrno>
#include <filesystem>
#include <string>

#include "harness/base/process_stat.h"

namespace scenarios::testing {

std::size_t own_threads() {
  const auto count = [] {
    std::size_t running = 0;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
      const auto stat = harness::process_stat(std::stoi(task.path().filename()));
      running += stat && !stat->is_exiting;
    }
    return running;
  };
  // A list that changes while it is read may be cut short.
  std::size_t before = count();
  for (std::size_t now = count(); now != before; now = count()) before = now;
  return before;
}

bool has_children() { return ::waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD; }

}  // namespace scenarios::testing
