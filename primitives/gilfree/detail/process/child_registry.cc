#include "gilfree/detail/process/child_registry.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <new>
#include <system_error>
#include <utility>

namespace gilfree::detail {
namespace {

using namespace std::chrono_literals;

constexpr auto kDaemonsLastWord = 100ms;  // from SIGTERM to SIGKILL
constexpr int kUnknown = 255;             // somebody else has waited for it, and has its exit code

// Sleeps until the process of `pidfd` has ended. False if the deadline came first.
bool poll_until(int pidfd, Deadline deadline) {
  while (true) {
    const auto left = std::max(deadline - Clock::now(), Clock::duration::zero());
    const auto ns = std::chrono::nanoseconds(left).count();
    const timespec timeout{.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
    pollfd ended{.fd = pidfd, .events = POLLIN, .revents = 0};
    const int found = ::ppoll(&ended, 1, deadline == kNever ? nullptr : &timeout, nullptr);
    if (found > 0) return true;
    if (found == 0) return false;
    if (errno != EINTR) return true;  // the caller asks again
  }
}

// Made while the program is loaded: a child forked while another thread was making one would wait for
// ever.
[[maybe_unused]] const ChildRegistry& made_early = ChildRegistry::here();
[[maybe_unused]] const ThisProcess& this_one = process_self();

}  // namespace

ProcessRecord::~ProcessRecord() {
  if (pidfd >= 0) ::close(pidfd);
}

bool ProcessRecord::await_end(Deadline deadline) {
  std::unique_lock lock(mutex);
  if (reap()) return true;
  if (deadline == Deadline::min()) return false;
  open_pidfd();
  ++waiters;
  lock.unlock();
  const bool in_time = poll_until(pidfd, deadline);
  lock.lock();
  --waiters;
  const bool ended = reap() || in_time;
  close_pidfd();
  return ended;
}

bool ProcessRecord::has_ended() {
  const std::lock_guard lock(mutex);
  return reap();
}

void ProcessRecord::signal(int number) {
  const std::lock_guard lock(mutex);
  if (!reap()) ::kill(pid, number);  // not reaped, so the pid is still its own
}

void ProcessRecord::end() {
  signal(SIGTERM);
  if (await_end(after(kDaemonsLastWord))) return;
  signal(SIGKILL);
  await_end(kNever);
}

bool ProcessRecord::reap() {
  if (exitcode) return true;
  int status = 0;
  const pid_t ended = ::waitpid(pid, &status, WNOHANG);
  if (ended == 0) return false;
  if (ended == pid) {
    exitcode = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  } else {
    exitcode = kUnknown;
  }
  close_pidfd();
  return true;
}

void ProcessRecord::open_pidfd() {
  if (pidfd < 0) pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (pidfd >= 0) return;
  throw std::system_error(errno, std::generic_category(),
                          "gilfree::Process::join: waiting needs a file descriptor; close some");
}

void ProcessRecord::close_pidfd() {
  if (exitcode && waiters == 0 && pidfd >= 0) ::close(std::exchange(pidfd, -1));
}

std::string how_it_ended(int exitcode) {
  if (exitcode >= 0) return "ended with exit status " + std::to_string(exitcode);
  const char* name = ::sigdescr_np(-exitcode);
  return "was killed by signal " + std::to_string(-exitcode) + " (" +
         (name == nullptr ? "unknown" : name) + ")";
}

ChildRegistry& ChildRegistry::here() {
  static ChildRegistry& made = *new ChildRegistry;  // in use until the very end of the program
  return made;
}

ChildRegistry::ChildRegistry() {
  ::pthread_atfork([] { here().mutex_.lock(); }, [] { here().mutex_.unlock(); },
                   [] { here().forget_all(); });
}

void ChildRegistry::forget_all() {
  for (auto& sibling : running_) {
    ::new (&sibling->mutex) std::mutex;  // a thread that is not here may have held it
    ::new (&sibling->naming) std::mutex;
    if (sibling->pidfd >= 0) ::close(std::exchange(sibling->pidfd, -1));
  }
  running_.clear();
  mutex_.unlock();
}

void ChildRegistry::add(const std::shared_ptr<ProcessRecord>& child) {
  const std::lock_guard lock(mutex_);
  running_.push_back(child);
}

std::vector<std::shared_ptr<ProcessRecord>> ChildRegistry::alive() {
  const std::lock_guard lock(mutex_);
  running_.remove_if([](const auto& child) { return child->has_ended(); });
  return {running_.begin(), running_.end()};
}

void ChildRegistry::reap_ended() {
  siginfo_t ended{};
  if (::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == 0) return;
  (void)alive();
}

void ChildRegistry::await_all() {
  auto children = alive();
  for (const auto& child : children) {
    if (child->daemon) child->signal(SIGTERM);
  }
  for (const auto& child : children) {
    if (child->daemon) child->end();
  }
  for (const auto& child : children) child->await_end(kNever);
}

ThisProcess& process_self() {
  static auto& made =
      *new ThisProcess{std::make_shared<ProcessRecord>("MainProcess", false), nullptr};
  return made;
}

}  // namespace gilfree::detail
