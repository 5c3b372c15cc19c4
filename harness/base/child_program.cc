#include "harness/base/child_program.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "harness/base/errors.h"
#include "harness/base/watcher.h"

namespace harness {
namespace {

// In the child: what this program has changed for itself is as other programs expect it.
void restore_signals(const sigset_t& mask) {
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGCHLD, SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &mask, nullptr);
}

}  // namespace

Capture::Capture(std::size_t most) : most_(most) {
  if (::pipe2(ends_, O_CLOEXEC) != 0) throw CannotStart(reason(errno));
  ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
}

Capture::~Capture() {
  ::close(ends_[0]);
  close_writer();
}

void Capture::close_writer() {
  if (ends_[1] >= 0) ::close(ends_[1]);
  ends_[1] = -1;
}

void Capture::drain() {
  char buffer[1 << 16];
  for (int i = 0; i < 16; ++i) {
    const ssize_t n = ::read(ends_[0], buffer, sizeof buffer);
    if (n == 0) at_end_ = true;
    if (n <= 0) return;
    text_.append(buffer, static_cast<std::size_t>(n));
    if (text_.size() > most_) text_.erase(0, text_.size() - most_);
  }
}

ChildProgram::ChildProgram(const std::function<void()>& become, Group group) : group_(group) {
  const pid_t parent = ::getpid();
  id_ = ::fork();
  if (id_ < 0) throw CannotStart(reason(errno));
  if (id_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    if (group != Group::kShared) ::setpgid(0, 0);
    restore_signals(signals_.outside());
    if (group == Group::kWatched) fork_under_watch(signals_.outside());
    become();
    ::_exit(127);
  }
  if (group != Group::kShared) ::setpgid(id_, id_);  // the first of the two calls counts
  // A watcher sees this program's end by itself, and needs to live on to kill the others.
  kill_at_end(group == Group::kOwn ? -id_ : group == Group::kShared ? id_ : 0);
}

ChildProgram::~ChildProgram() { reap(); }

int ChildProgram::reap() {
  if (id_ == 0) return status_;
  // Before it is reaped: its number, and its group's, cannot belong to another process yet.
  ::kill(id_, group_ == Group::kWatched ? SIGTERM : SIGKILL);
  if (group_ == Group::kOwn) ::kill(-id_, SIGKILL);
  while (::waitpid(id_, &status_, 0) < 0 && errno == EINTR) continue;
  kill_at_end(0);
  id_ = 0;
  return status_;
}

bool ChildProgram::has_ended() const {
  siginfo_t ended{};
  return ::waitid(P_PID, static_cast<id_t>(id_), &ended, WEXITED | WNOHANG | WNOWAIT) != 0 ||
         ended.si_pid == id_;
}

void ChildProgram::sleep(Clock::time_point deadline, const std::vector<Capture*>& captures) const {
  std::vector<pollfd> open;
  for (const Capture* each : captures) {
    if (!each->at_end()) open.push_back({each->reader(), POLLIN, 0});
  }
  using namespace std::chrono;
  const auto left = std::max(nanoseconds{0}, duration_cast<nanoseconds>(deadline - Clock::now()));
  const timespec wait{duration_cast<seconds>(left).count(), (left % seconds{1}).count()};
  ::ppoll(open.data(), open.size(), deadline == Clock::time_point::max() ? nullptr : &wait,
          &signals_.outside());
}

ChildProgram::End ChildProgram::wait(Clock::time_point deadline,
                                     const std::vector<Capture*>& captures) {
  for (Capture* each : captures) each->close_writer();
  while (true) {
    // In this order: it may have ended while this program was stopped, until after the deadline.
    const bool ended = has_ended();
    for (Capture* each : captures) each->drain();
    if (ended) return End::kEnded;
    if (interrupted() != 0) return End::kInterrupted;
    if (Clock::now() >= deadline) return End::kLate;
    sleep(deadline, captures);
  }
}

void exec_on_path(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

}  // namespace harness
