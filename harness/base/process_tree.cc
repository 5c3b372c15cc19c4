#include "harness/base/process_tree.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>
#include <tuple>

#include "harness/base/files.h"
#include "harness/base/process_stat.h"

namespace harness {
namespace {

namespace fs = std::filesystem;
using std::chrono::nanoseconds;

// The entries of a folder of /proc that are numbers, in ascending order.
std::vector<pid_t> numbers_in(const std::string& folder) {
  std::vector<pid_t> numbers;
  std::error_code gone;
  for (const auto& entry : fs::directory_iterator(folder, gone)) {
    const pid_t number = std::atoi(entry.path().filename().c_str());
    if (number > 0) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::string folder_of(pid_t process) { return "/proc/" + std::to_string(process) + "/task"; }

nanoseconds ticks(std::int64_t count) {
  static const std::int64_t per_second = ::sysconf(_SC_CLK_TCK);
  return nanoseconds(count * (1'000'000'000 / per_second));
}

std::optional<ThreadTimes> times_of(const std::string& folder, pid_t thread) {
  const auto text = read_text(folder + "/stat");
  const auto stat = text ? parse_process_stat(*text) : std::nullopt;
  if (!stat) return std::nullopt;
  ThreadTimes times{.id = thread, .state = stat->state};
  const auto accounts = parse_schedstat(read_text(folder + "/schedstat").value_or(""));
  if (accounts) {
    std::tie(times.ran, times.waited) = *accounts;
  } else {
    times.ran = ticks(stat->user_ticks + stat->system_ticks);
  }
  return times;
}

}  // namespace

std::vector<pid_t> processes_of(pid_t leader) {
  std::map<pid_t, ProcessStat> stats;
  for (const pid_t pid : numbers_in("/proc")) {
    if (const auto stat = process_stat(pid)) stats[pid] = *stat;
  }
  const auto belongs = [&](pid_t pid) {
    if (stats.at(pid).group == leader) return true;
    for (std::size_t steps = 0; stats.count(pid) > 0 && steps <= stats.size(); ++steps) {
      if (pid == leader) return true;
      pid = stats.at(pid).parent;
    }
    return false;
  };
  std::vector<pid_t> all;
  for (const auto& [pid, stat] : stats) {
    if (belongs(pid)) all.push_back(pid);
  }
  return all;
}

std::vector<pid_t> threads_of(pid_t process) { return numbers_in(folder_of(process)); }

std::optional<std::pair<nanoseconds, nanoseconds>> parse_schedstat(const std::string& text) {
  std::istringstream fields(text);
  std::int64_t ran = 0, waited = 0;
  if (!(fields >> ran >> waited) || ran < 0 || waited < 0) return std::nullopt;
  return std::pair(nanoseconds(ran), nanoseconds(waited));
}

std::vector<ThreadTimes> thread_times_of(pid_t leader) {
  std::vector<ThreadTimes> all;
  for (const pid_t process : processes_of(leader)) {
    for (const pid_t thread : threads_of(process)) {
      const auto times = times_of(folder_of(process) + "/" + std::to_string(thread), thread);
      if (times) all.push_back(*times);
    }
  }
  return all;
}

}  // namespace harness
