#include "harness/base/stacks.h"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "harness/base/files.h"
#include "harness/base/process_stat.h"

namespace harness {
namespace {

namespace fs = std::filesystem;

// The entries of a folder of /proc that are numbers, in ascending order.
std::vector<pid_t> numbers_in(const std::string& folder) {
  std::map<pid_t, bool> numbers;
  std::error_code gone;
  for (const auto& entry : fs::directory_iterator(folder, gone)) {
    const pid_t number = std::atoi(entry.path().filename().c_str());
    if (number > 0) numbers[number] = true;
  }
  std::vector<pid_t> all;
  for (const auto& [number, is] : numbers) all.push_back(number);
  return all;
}

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

void add_text(Json& thread, const std::string& folder, const char* name) {
  auto text = read_text(folder + "/" + name);
  if (!text) return;
  while (!text->empty() && text->back() == '\n') text->pop_back();
  if (!text->empty() && *text != "0") thread[name] = *text;
}

}  // namespace

Json stacks_of(pid_t leader) {
  Json threads = Json::array();
  for (const pid_t pid : processes_of(leader)) {
    const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
    for (const pid_t tid : numbers_in(tasks)) {
      const std::string folder = tasks + "/" + std::to_string(tid);
      Json thread = {{"pid", pid}, {"tid", tid}};
      add_text(thread, folder, "comm");
      if (const auto text = read_text(folder + "/stat")) {
        if (const auto stat = parse_process_stat(*text))
          thread["state"] = std::string(1, stat->state);
      }
      for (const char* name : {"wchan", "syscall", "stack"}) add_text(thread, folder, name);
      threads.push_back(std::move(thread));
    }
  }
  return threads;
}

}  // namespace harness
