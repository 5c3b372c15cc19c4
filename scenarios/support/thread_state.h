// ThreadState: whether a thread sleeps in the kernel, read from /proc.
//
//   ThreadState waiter(tid);
//   while (!waiter.is_asleep()) ...
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstddef>
#include <stdexcept>
#include <string>

#include "harness/base/process_stat.h"

namespace scenarios {

class ThreadState {
 public:
  // `tid`: of any thread of any process that this one can see. Throws std::runtime_error if there is
  // no such thread.
  explicit ThreadState(pid_t tid)
      : stat_(::open(("/proc/" + std::to_string(tid) + "/stat").c_str(), O_RDONLY | O_CLOEXEC)) {
    if (stat_ < 0) throw std::runtime_error("cannot read /proc/" + std::to_string(tid) + "/stat");
  }
  ~ThreadState() { ::close(stat_); }
  ThreadState(const ThreadState&) = delete;
  ThreadState& operator=(const ThreadState&) = delete;

  // Returns true in state S alone. A thread that was preempted, or has yielded, is in state R.
  bool is_asleep() const {
    char text[1024];
    const ssize_t n = ::pread(stat_, text, sizeof text, 0);
    if (n <= 0) return false;
    const auto stat = harness::parse_process_stat({text, static_cast<std::size_t>(n)});
    return stat && stat->state == 'S';
  }

 private:
  int stat_;
};

}  // namespace scenarios
