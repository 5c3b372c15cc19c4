// Sleeper: whether another thread sleeps in the kernel, as /proc tells it.
//
//   Sleeper sleeper(tid);
//   while (!sleeper.is_asleep()) ...
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>
#include <string>

namespace scenarios {

class Sleeper {
 public:
  // `tid`: of any thread of any process that this one can see.
  explicit Sleeper(pid_t tid)
      : stat_(::open(("/proc/" + std::to_string(tid) + "/stat").c_str(), O_RDONLY | O_CLOEXEC)) {
    if (stat_ < 0) throw std::runtime_error("cannot read /proc/" + std::to_string(tid) + "/stat");
  }
  ~Sleeper() { ::close(stat_); }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;

  // State S. One that was pushed off its CPU, or has yielded, is R.
  bool is_asleep() const {
    char text[256];
    const ssize_t n = ::pread(stat_, text, sizeof text - 1, 0);
    if (n <= 0) return false;
    text[n] = '\0';
    const char* name_end = std::strrchr(text, ')');  // a name may contain anything
    return name_end != nullptr && std::strncmp(name_end, ") S", 3) == 0;
  }

 private:
  int stat_;
};

}  // namespace scenarios
