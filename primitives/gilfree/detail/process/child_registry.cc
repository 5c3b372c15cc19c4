#include "gilfree/detail/process/child_registry.h"

#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <new>
#include <utility>

#include "gilfree/detail/process/await_ready.h"

namespace gilfree::detail {
namespace {

using namespace std::chrono_literals;

constexpr auto kDaemonsLastWord = 100ms;  // from SIGTERM to SIGKILL
constexpr int kUnknown = 255;             // other code waited for it and got its exit code

constexpr Clock::duration kLongestNap = 20ms;  // where there is no descriptor to sleep on

// Sleeps until the process of `pidfd` has ended or the deadline has passed; without a pidfd (-1), until
// the deadline. May return early.
void sleep_on(int pidfd, Deadline deadline) {
  pollfd ended{.fd = pidfd, .events = POLLIN, .revents = 0};
  (void)await_ready({&ended, 1}, deadline);
}

// Sleeps until the child has ended, and leaves its exit code to be collected. May return early.
void sleep_until_ended(pid_t child) {
  siginfo_t ended{};
  (void)::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT);
}

// Made while the program is loaded: a child forked while another thread was making one would wait for
// ever.
[[maybe_unused]] const ChildRegistry& children_made_early = ChildRegistry::here();
[[maybe_unused]] const ThisProcess& this_one = process_self();

}  // namespace

ProcessRecord::~ProcessRecord() {
  if (pidfd >= 0) ::close(pidfd);
}

void ProcessRecord::has_started(pid_t child) {
  started_by_ = ::getpid();
  pid_.store(child, std::memory_order_release);
}

bool ProcessRecord::is_child() const { return pid() != 0 && started_by_ == ::getpid(); }

bool ProcessRecord::await_end(Deadline deadline) {
  std::unique_lock lock(mutex);
  if (reap()) return true;
  if (deadline == kNow) return false;
  open_pidfd();
  ++waiters;
  bool ended = false;
  for (Clock::duration nap = 100us; !ended && Clock::now() < deadline; ended = reap()) {
    const int fd = pidfd;
    lock.unlock();
    if (fd >= 0) {
      sleep_on(fd, deadline);
    } else if (deadline == kNever) {
      sleep_until_ended(pid());
    } else {
      sleep_on(-1, std::min(deadline, Clock::now() + nap));
      nap = std::min(2 * nap, kLongestNap);
    }
    lock.lock();
  }
  --waiters;
  close_pidfd();
  return ended;
}

bool ProcessRecord::has_ended() {
  const std::lock_guard lock(mutex);
  return reap();
}

bool ProcessRecord::signal(int number) {
  const std::lock_guard lock(mutex);
  return reap() || ::kill(pid(), number) == 0 ||  // not reaped, so the pid is still its own
         errno != EPERM;
}

bool ProcessRecord::end() {
  const bool may_terminate = signal(SIGTERM);
  if (may_terminate && await_end(after(kDaemonsLastWord))) return true;
  return signal(SIGKILL) && await_end(kNever);
}

bool ProcessRecord::reap() {
  if (exitcode) return true;
  int status = 0;
  const pid_t ended = ::waitpid(pid(), &status, WNOHANG);
  if (ended == 0) return false;
  if (ended == pid()) {
    exitcode = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  } else {
    exitcode = kUnknown;
  }
  close_pidfd();
  return true;
}

void ProcessRecord::open_pidfd() {
  if (pidfd < 0) pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid(), 0));
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

ChildRegistry::ChildRegistry() : mutex_([] { here().forget_all(); }) {}

void ChildRegistry::forget_all() {
  for (auto& sibling : running_) {
    ::new (&sibling->mutex) std::mutex;  // a thread that is not here may have held it
    if (sibling->pidfd >= 0) ::close(std::exchange(sibling->pidfd, -1));
  }
  running_.clear();
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
  for (const auto& child : children) {
    if (!child->daemon) child->await_end(kNever);
  }
}

void ChildRegistry::await_all_at_exit() {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(awaits_at_exit_, true)) std::atexit([] { here().await_all(); });
}

ThisProcess& process_self() {
  static auto& made =
      *new ThisProcess{std::make_shared<ProcessRecord>("MainProcess", false), nullptr};
  return made;
}

}  // namespace gilfree::detail
