// Lets a test wait until a thread sleeps in the kernel, so that it orders events without sleeping.
//
//   SleepWatch<S> watch(workers);
//   crew.start(workers, [&](int me) { watch.will_sleep(me); event.wait(); });
//   watch.await(0);
#pragma once

#include <unistd.h>

#include <fstream>
#include <string>

#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {

// What the thread, or single-threaded process, with this id does: R, S, ... as proc(5) has it.
inline char state_of(int id) {
  std::string stat;
  std::ifstream in("/proc/" + std::to_string(id) + "/stat");
  std::getline(in, stat);
  const auto name_end = stat.rfind(')');
  return name_end == std::string::npos ? '?' : stat[name_end + 2];
}

// Waits until it sleeps, or has ended.
inline void await_sleep(int id) {
  for (char state = 'R'; state != 'S' && state != 'Z' && state != '?'; state = state_of(id)) {
    ::usleep(50);  // polls /proc: the kernel has no notification for it
  }
}

template <Scope S>
class SleepWatch {
 public:
  explicit SleepWatch(int workers) : ids_(workers) {}

  // For worker `me`: the next thing it does is to wait.
  void will_sleep(int me) { ids_[me].store(::gettid(), std::memory_order_release); }

  void await(int worker) {
    while (ids_[worker].load(std::memory_order_acquire) == 0) ::usleep(50);
    await_sleep(static_cast<int>(ids_[worker]));
  }
  void await_all() {
    for (int worker = 0; worker < ids_.size(); ++worker) await(worker);
  }

 private:
  Ledger<S> ids_;
};

}  // namespace gilfree::testing
