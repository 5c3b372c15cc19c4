// Mortal: a process to be killed and brought back to life, over and over, at a fraction of what a fork
// costs.
//
//   Mortal worker([&] { while (true) work(); });
//   worker.kill();              // at any moment, wherever it is
//   worker.await_death();
//   worker.live_again();
//
// What lives is a process of its own to the kernel and to all that share memory with it, but its memory
// is lent (lent.h): by a nurse, one process for each, that reaps it, puts the memory back, and stops
// until there is to be another life. Only the nurse is forked, once.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <thread>

#include "primitives/tests/support/lent.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {

class Mortal {
 public:
  // Begins to live. `body` must not return. `tidy_up`: in the nurse, after each life.
  explicit Mortal(
      const std::function<void()>& body, const std::function<void()>& tidy_up = [] {})
      : nurse_(fork_child([&] { nurse(body, tidy_up); })) {}
  ~Mortal() {
    kill();
    await_death();
    ::kill(nurse_, SIGKILL);
    if (!is_reaped_) ::waitpid(nurse_, nullptr, 0);
  }
  Mortal(const Mortal&) = delete;
  Mortal& operator=(const Mortal&) = delete;

  // What lives now, or was the last to.
  pid_t id() {
    while (id_[0] == 0) std::this_thread::yield();
    return static_cast<pid_t>(id_[0]);
  }

  void kill() {
    if (!is_dead_) ::kill(id(), SIGKILL);
  }
  // False if it has died of something else than being killed, and does not live again.
  bool await_death() {
    if (is_dead_) return true;
    int status = 0;
    ::waitpid(nurse_, &status, WUNTRACED);
    is_dead_ = true;
    is_reaped_ = !WIFSTOPPED(status);
    return !is_reaped_;
  }
  void live_again() {
    if (is_reaped_) return;
    is_dead_ = false;
    id_[0] = 0;
    ::kill(nurse_, SIGCONT);
  }

 private:
  void nurse(const std::function<void()>& body, const std::function<void()>& tidy_up) {
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

  Ledger<Processes> id_{1};  // 0: it is about to live
  pid_t nurse_;
  bool is_dead_ = false, is_reaped_ = false;
};

}  // namespace gilfree::testing
