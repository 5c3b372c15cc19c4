// RestartableProcess: a process that can be killed and started again, over and over, at a fraction of
// what a fork costs.
//
//   RestartableProcess worker([&] { while (true) work(); });
//   worker.kill();              // at any moment, wherever it is
//   worker.await_death();
//   worker.restart();
//
// It is a process of its own to the kernel and to all that share memory with it, but it shares the memory of
// its parent (shared_memory_child.h). That parent, one for each, is forked once: it reaps the child,
// restores the memory, and stops until the child is to be started again.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <thread>

#include "primitives/tests/support/scopes.h"
#include "primitives/tests/support/shared_memory_child.h"

namespace gilfree::testing {

class RestartableProcess {
 public:
  // Starts it. `body` must not return. `tidy_up` runs in the parent after each death.
  explicit RestartableProcess(
      const std::function<void()>& body, const std::function<void()>& tidy_up = [] {})
      : parent_(fork_child([&] { run_children(body, tidy_up); })) {}
  ~RestartableProcess() {
    kill();
    await_death();
    ::kill(parent_, SIGKILL);
    if (!is_reaped_) ::waitpid(parent_, nullptr, 0);
  }
  RestartableProcess(const RestartableProcess&) = delete;
  RestartableProcess& operator=(const RestartableProcess&) = delete;

  // Returns the id of the child that runs now, or was the last to.
  pid_t id() {
    while (id_[0] == 0) std::this_thread::yield();
    return static_cast<pid_t>(id_[0]);
  }

  void kill() {
    if (!is_dead_) ::kill(id(), SIGKILL);
  }
  // Waits for its death. Returns false if it was not by SIGKILL: then it cannot be started again.
  bool await_death() {
    if (is_dead_) return true;
    int status = 0;
    ::waitpid(parent_, &status, WUNTRACED);
    is_dead_ = true;
    is_reaped_ = !WIFSTOPPED(status);
    return !is_reaped_;
  }
  void restart() {
    if (is_reaped_) return;
    is_dead_ = false;
    id_[0] = 0;
    ::kill(parent_, SIGCONT);
  }

 private:
  void run_children(const std::function<void()>& body, const std::function<void()>& tidy_up) {
    while (true) {
      const int status = run_child([&] {
        id_[0] = ::getpid();
        body();
      });
      tidy_up();
      if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) return;
      ::raise(SIGSTOP);
    }
  }

  Ledger<Processes> id_{1};  // 0: it is about to start
  pid_t parent_;
  bool is_dead_ = false, is_reaped_ = false;
};

}  // namespace gilfree::testing
