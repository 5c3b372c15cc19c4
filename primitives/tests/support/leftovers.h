// What a process has at this moment: to be compared before and after.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

namespace gilfree::testing {

inline std::ptrdiff_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return std::distance(begin(all), end(all));
}

inline std::ptrdiff_t mappings() {
  std::ifstream maps("/proc/self/maps");
  return std::count(std::istreambuf_iterator<char>(maps), {}, '\n');
}

// All processes below this one.
inline std::set<pid_t> descendants() {
  std::set<pid_t> found{::getpid()};
  for (bool more = true; more;) {
    more = false;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      std::ifstream stat(entry.path() / "stat");
      pid_t pid = 0, parent = 0;
      std::string name, state;
      if (stat >> pid >> name >> state >> parent && found.contains(parent)) {
        more = found.insert(pid).second || more;
      }
    }
  }
  found.erase(::getpid());
  return found;
}

}  // namespace gilfree::testing
