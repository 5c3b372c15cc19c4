#include "primitives/process.h"

#include <cxxabi.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "primitives/core/children.h"
#include "primitives/core/cpu_quota.h"
#include "primitives/core/threads.h"
#include "primitives/core/uncaught.h"

namespace gilfree {

using internal::Children;
using internal::ProcessRecord;
using internal::this_process;

namespace {

std::string next_name() {
  static std::atomic<int> made{0};
  return "Process-" + std::to_string(made.fetch_add(1, std::memory_order_relaxed) + 1);
}

void flush_stdio() {
  std::cout.flush();
  std::cerr.flush();
  std::clog.flush();
  // A thread that waits for input holds its stream, and flushing all of them would wait with it.
  if (::ftrylockfile(stdin) == 0) {
    ::funlockfile(stdin);
    std::fflush(nullptr);
  } else {
    std::fflush(stdout);
    std::fflush(stderr);
  }
}

bool is_self(const ProcessRecord& process) { return &process == this_process().self.get(); }
bool is_parent(const ProcessRecord& process) { return &process == this_process().parent.get(); }
bool parent_is_alive() { return ::getppid() == this_process().parent->pid; }

// Sleeps until the parent has ended. False if the deadline came first.
bool await_parent(Deadline deadline) {
  using std::chrono_literals::operator""h, std::chrono_literals::operator""ms;
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, this_process().parent->pid, 0));
  const Clock::duration longest = fd >= 0 ? Clock::duration(1h) : Clock::duration(20ms);
  bool gone =
      !parent_is_alive();  // asked now: either the descriptor is the parent's, or it is gone
  for (auto now = Clock::now(); !gone && now < deadline; now = Clock::now()) {
    pollfd ended{.fd = fd, .events = POLLIN, .revents = 0};
    (void)::poll(&ended, 1, static_cast<int>(std::min(deadline - now, longest) / 1ms) + 1);
    gone = !parent_is_alive();
  }
  if (fd >= 0) ::close(fd);
  return gone;
}

// In a daemon: dies with its parent. The kernel's own service is bound to the thread that forked, so
// where that may end before its process does, a thread of the child watches instead.
void die_with(pid_t parent, bool parent_may_lose_a_thread) {
  if (!parent_may_lose_a_thread) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  } else {
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before);  // the watcher takes nobody's signals
    std::thread([] {
      while (!await_parent(kNever)) continue;
      ::kill(::getpid(), SIGKILL);
    }).detach();
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  if (::getppid() != parent) ::_exit(1);  // it died before the lines above
}

}  // namespace

ProcessRecord& ProcessHandle::record() const {
  if (!record_) {
    throw std::logic_error("gilfree::Process: closed, or moved from; use the one it was moved to");
  }
  return *record_;
}

ProcessRecord& ProcessHandle::child() const {
  auto& process = record();
  if (process.pid == 0) {
    throw std::logic_error("gilfree::Process: not started; call start() first");
  }
  if (process.started_by != ::getpid()) {
    throw std::logic_error("gilfree::Process: only the process that started it may ask");
  }
  return process;
}

void ProcessHandle::join() const { (void)join_until(kNever); }

bool ProcessHandle::join_for(Timeout timeout) const { return join_until(timeout.deadline()); }

bool ProcessHandle::join_until(Deadline deadline) const {
  if (is_parent(record())) return await_parent(deadline);
  return child().await_end(deadline);
}

bool ProcessHandle::is_alive() const {
  if (is_self(record())) return true;
  if (is_parent(record())) return parent_is_alive();
  return record().pid != 0 && !child().has_ended();
}

std::optional<int> ProcessHandle::exitcode() const {
  if (record().pid == 0 || is_self(record()) || is_parent(record())) return std::nullopt;
  auto& process = child();
  return process.has_ended() ? process.exitcode : std::nullopt;
}

void ProcessHandle::terminate() const { child().signal(SIGTERM); }
void ProcessHandle::kill() const { child().signal(SIGKILL); }

pid_t ProcessHandle::pid() const { return is_self(record()) ? ::getpid() : record().pid; }

std::string ProcessHandle::name() const {
  const std::lock_guard lock(record().naming);
  return record().name;
}

void ProcessHandle::set_name(std::string name) const {
  const std::lock_guard lock(record().naming);
  record().name = std::move(name);
}

bool ProcessHandle::daemon() const { return record().daemon; }

Process::Process(ProcessOptions options)
    : ProcessHandle(std::make_shared<ProcessRecord>(
          options.name.empty() ? next_name() : options.name, options.daemon)) {}

Process::Process(Process&& from) noexcept
    : ProcessHandle(std::exchange(from.record_, nullptr)), target_(std::move(from.target_)) {}

Process& Process::operator=(Process&& from) {
  if (this == &from) return *this;
  let_go();
  record_ = std::exchange(from.record_, nullptr);
  target_ = std::move(from.target_);
  return *this;
}

Process::~Process() { let_go(); }

void Process::let_go() {
  if (!record_ || record_->started_by != ::getpid()) return;  // not started, or by somebody else
  if (record_->daemon) record_->end();
  record_->await_end(kNever);
}

void Process::close() {
  if (is_alive()) {
    throw std::logic_error("gilfree::Process::close: still running; join() or end it first");
  }
  record_.reset();
}

void Process::start() {
  auto& process = record();
  if (process.pid != 0) {
    throw std::logic_error("gilfree::Process::start: already started; make another Process");
  }
  static std::atomic<bool> registered{false};
  if (!registered.exchange(true)) std::atexit([] { Children::here().await_all(); });
  Children::here().reap_ended();
  flush_stdio();  // or the child would write what is buffered a second time
  const pid_t parent = ::getpid();
  const bool may_lose_a_thread = ::gettid() != parent;
  const pid_t forked = ::fork();
  if (forked == 0) be_the_child(parent, may_lose_a_thread);
  if (forked < 0) {
    throw std::system_error(
        errno, std::generic_category(),
        "gilfree::Process::start: cannot fork; too many processes or no memory");
  }
  process.started_by = parent;
  process.pid = forked;
  Children::here().add(record_);
}

void Process::be_the_child(pid_t parent, bool parent_may_lose_a_thread) {
  auto& here = this_process();
  here.parent = std::exchange(here.self, record_);
  here.parent->pid = parent;
  record_->pid = ::getpid();
  if (record_->daemon) die_with(parent, parent_may_lose_a_thread);
  int code = 1;
  try {
    code = run();
  } catch (const abi::__forced_unwind&) {
    throw;  // pthread_exit
  } catch (...) {
    core::report_uncaught(name());
  }
  Children::here().await_all();
  internal::Threads::here().await_all();
  flush_stdio();
  ::_exit(code);
}

std::vector<ProcessHandle> active_children() {
  std::vector<ProcessHandle> children;
  for (auto& child : Children::here().alive()) children.emplace_back(std::move(child));
  return children;
}

ProcessHandle current_process() { return ProcessHandle(this_process().self); }

std::optional<ProcessHandle> parent_process() {
  if (!this_process().parent) return std::nullopt;
  return ProcessHandle(this_process().parent);
}

int cpu_count() {
  int cpus = 1;
  for (int most = CPU_SETSIZE; most <= 1 << 20; most *= 2) {  // too small a set is refused
    cpu_set_t* set = CPU_ALLOC(most);
    const std::size_t size = CPU_ALLOC_SIZE(most);
    const bool known = ::sched_getaffinity(0, size, set) == 0;
    if (known) cpus = CPU_COUNT_S(size, set);
    CPU_FREE(set);
    if (known) break;
  }
  const auto quota = core::cpu_quota();
  return quota ? std::clamp(static_cast<int>(std::ceil(*quota)), 1, cpus) : cpus;
}

}  // namespace gilfree
