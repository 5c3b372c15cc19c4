#include "harness/base/watcher.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <sstream>
#include <string>

#include "harness/base/files.h"

namespace harness {
namespace {

void kill_children() {
  const std::string self = std::to_string(::getpid());
  std::istringstream children(
      read_text("/proc/" + self + "/task/" + self + "/children").value_or(""));
  for (pid_t child; children >> child;) ::kill(child, SIGKILL);
}

// Those whose parents have been killed become children of this process, a subreaper, and are next.
void kill_descendants(pid_t program) {
  ::kill(-program, SIGKILL);
  do {
    kill_children();
  } while (::waitpid(-1, nullptr, 0) > 0 || errno == EINTR);
}

// By the same signal where it was one; the program has left a core if that is wanted.
[[noreturn]] void end_like(int status) {
  if (WIFSIGNALED(status)) {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::signal(WTERMSIG(status), SIG_DFL);
    sigset_t it;
    ::sigemptyset(&it);
    ::sigaddset(&it, WTERMSIG(status));
    ::sigprocmask(SIG_UNBLOCK, &it, nullptr);
    ::kill(::getpid(), WTERMSIG(status));
  }
  ::_exit(WEXITSTATUS(status));
}

// Returns the status of the program when it has ended; that of the exit code 128 and SIGTERM when that comes first.
int status_at_end(pid_t program, const sigset_t& awaited) {
  for (int number = 0; ::sigwait(&awaited, &number) == 0 && number != SIGTERM;) {
    int status = 0;
    for (pid_t ended; (ended = ::waitpid(-1, &status, WNOHANG)) > 0;) {
      if (ended == program) return status;
    }
  }
  return W_EXITCODE(128 + SIGTERM, 0);
}

}  // namespace

void fork_under_watch(const sigset_t& mask) {
  sigset_t awaited;
  ::sigemptyset(&awaited);
  ::sigaddset(&awaited, SIGCHLD);
  ::sigaddset(&awaited, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &awaited, nullptr);
  ::signal(SIGTERM, SIG_DFL);  // an ignored one would not come
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  const pid_t watcher = ::getpid(), program = ::fork();
  if (program < 0) ::_exit(126);
  if (program == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);      // of a watcher that is killed itself
    if (::getppid() != watcher) ::_exit(1);  // before the line above
    ::setpgid(0, 0);
    ::sigprocmask(SIG_SETMASK, &mask, nullptr);
    return;
  }
  ::setpgid(program, program);  // the first of the two calls counts
  const int status = status_at_end(program, awaited);
  kill_descendants(program);
  end_like(status);
}

}  // namespace harness
