// Janitor: a process that tidies up a kernel object when all other processes are gone, however they ended.
//
// It holds the reading end of a pipe whose writing end its maker and all the maker's children hold;
// when the last of them has ended, even by kill -9, it reads the end of the file and does its one
// job. It lives in a session of its own, so what kills the others' process group spares it.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenarios/support/contender.h"

namespace scenarios {

class Janitor {
 public:
  template <typename TidyUp>
  explicit Janitor(TidyUp tidy_up) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) cannot("pipe2");
    const pid_t child = ::fork();
    if (child == 0) {
      if (::fork() == 0) {
        ::setsid();
        ::close_range(0, static_cast<unsigned>(ends[0]) - 1, 0);
        ::close_range(static_cast<unsigned>(ends[0]) + 1, ~0u, 0);
        char nothing;
        while (::read(ends[0], &nothing, 1) < 0 && errno == EINTR) continue;
        tidy_up();
      }
      ::_exit(0);
    }
    ::close(ends[0]);
    if (child < 0) {
      ::close(ends[1]);
      tidy_up();
      cannot("fork");
    }
    ::waitpid(child, nullptr, 0);  // the janitor itself is an orphan now
    writer_ = ends[1];
  }
  ~Janitor() { ::close(writer_); }
  Janitor(const Janitor&) = delete;
  Janitor& operator=(const Janitor&) = delete;

 private:
  int writer_ = -1;
};

}  // namespace scenarios
