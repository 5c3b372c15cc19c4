// KillableProcess: a process that is brought to a chosen place and killed there, at the latest by the end of
// the test.
//
//   KillableProcess holder = KillableProcess::after([&] { lock.lock(); });          // has done it, and lives on
//   KillableProcess waiter = KillableProcess::asleep_in([&] { event.wait(); });     // sleeps in it
//   holder.kill();
#pragma once

#include <functional>
#include <thread>
#include <utility>

#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {

class KillableProcess {
 public:
  static KillableProcess after(const std::function<void()>& body) {
    Ledger<Processes> done(1);
    KillableProcess victim(fork_child([&] {
      body();
      done[0] = 1;
      while (true) ::pause();
    }));
    while (done[0] == 0) std::this_thread::yield();
    return victim;
  }
  static KillableProcess asleep_in(const std::function<void()>& body) {
    SleepWatch<Processes> watch(1);
    KillableProcess victim(fork_child([&] {
      watch.will_sleep(0);
      body();
    }));
    watch.await(0);
    return victim;
  }
  KillableProcess(KillableProcess&& from) noexcept : pid_(std::exchange(from.pid_, 0)) {}
  ~KillableProcess() { kill(); }

  void kill() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, 0), nullptr, 0);
  }

 private:
  explicit KillableProcess(pid_t pid) : pid_(pid) {}
  pid_t pid_;
};

}  // namespace gilfree::testing
