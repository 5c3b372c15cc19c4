#include "gilfree/process.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <stdexcept>
#include <system_error>

#include "gilfree/detail/base/cpu_count.h"
#include "gilfree/detail/process/child.h"
#include "gilfree/detail/process/child_registry.h"

namespace gilfree {

using detail::await_parent;
using detail::ChildRegistry;
using detail::parent_is_alive;
using detail::process_self;
using detail::ProcessRecord;

namespace {

std::string next_process_name() {
  static std::atomic<int> made{0};
  return "Process-" + std::to_string(made.fetch_add(1, std::memory_order_relaxed) + 1);
}

bool is_self(const ProcessRecord& process) { return &process == process_self().self.get(); }
bool is_parent(const ProcessRecord& process) { return &process == process_self().parent.get(); }

}  // namespace

ProcessRecord& ProcessHandle::record() const {
  if (!record_) {
    throw std::logic_error("gilfree::Process: closed, or moved from; use the one it was moved to");
  }
  return *record_;
}

ProcessRecord& ProcessHandle::child() const {
  auto& process = record();
  if (process.pid() == 0) {
    throw std::logic_error("gilfree::Process: not started; call start() first");
  }
  if (!process.is_child()) {
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
  return record().pid() != 0 && !child().has_ended();
}

std::optional<int> ProcessHandle::exitcode() const {
  if (record().pid() == 0 || is_self(record()) || is_parent(record())) return std::nullopt;
  auto& process = child();
  return process.has_ended() ? process.exitcode : std::nullopt;
}

Sentinel ProcessHandle::sentinel() const {
  if (!is_parent(record())) (void)child();
  return Sentinel(record_);
}

bool Sentinel::is_ready() const { return !ProcessHandle(record_).is_alive(); }

bool Sentinel::wait_until(Deadline deadline) const {
  return ProcessHandle(record_).join_until(deadline);
}

void ProcessHandle::terminate() const { signal(SIGTERM, "terminate"); }
void ProcessHandle::kill() const { signal(SIGKILL, "kill"); }

void ProcessHandle::signal(int number, const char* function) const {
  if (child().signal(number)) return;
  throw std::system_error(EPERM, std::generic_category(),
                          std::string("gilfree::Process::") + function +
                              ": it or this process has become another user, who may not signal "
                              "it; ask it to end by other means");
}

pid_t ProcessHandle::pid() const { return is_self(record()) ? ::getpid() : record().pid(); }

std::string ProcessHandle::name() const { return record().name.get(); }

void ProcessHandle::set_name(std::string name) const { record().name.set(std::move(name)); }

bool ProcessHandle::daemon() const { return record().daemon; }

Process::Process(ProcessOptions options)
    : ProcessHandle(std::make_shared<ProcessRecord>(
          options.name.empty() ? next_process_name() : options.name, options.daemon)) {}

Process::Process(Process&& from) noexcept
    : ProcessHandle(std::exchange(from.record_, nullptr)),
      target_(std::move(from.target_)),
      order_(std::move(from.order_)) {}

Process& Process::operator=(Process&& from) {
  if (this == &from) return *this;
  let_go();
  record_ = std::exchange(from.record_, nullptr);
  target_ = std::move(from.target_);
  order_ = std::move(from.order_);
  return *this;
}

Process::~Process() { let_go(); }

void Process::let_go() {
  if (!record_ || !record_->is_child()) return;  // not started, or by another process
  if (record_->daemon) {
    record_->end();
  } else {
    record_->await_end(kNever);
  }
}

void Process::close() {
  if (is_alive()) {
    throw std::logic_error("gilfree::Process::close: still running; join() or end it first");
  }
  record_.reset();
}

void Process::start() {
  auto& process = record();
  if (!process.claim_start()) {
    throw std::logic_error("gilfree::Process::start: already started; make another Process");
  }
  try {
    ChildRegistry::here().await_all_at_exit();
    ChildRegistry::here().reap_ended();
    process.has_started(order_ ? start_by_server() : start_by_fork());
  } catch (...) {
    process.give_back_start();
    throw;
  }
  ChildRegistry::here().add(record_);
}

pid_t Process::start_by_fork() {
  detail::flush_stdio();
  const auto parent = detail::Starter::here();
  const pid_t forked = ::fork();
  if (forked == 0) detail::live_as_child(record_, parent, [this] { return run(); });
  if (forked < 0) {
    throw std::system_error(
        errno, std::generic_category(),
        "gilfree::Process::start: cannot fork; too many processes or no memory");
  }
  return forked;
}

pid_t Process::start_by_server() {
  const pid_t child = order_->server->start(name(), daemon(), order_->run, order_->target);
  order_.reset();
  return child;
}

std::vector<ProcessHandle> active_children() {
  std::vector<ProcessHandle> children;
  for (auto& child : ChildRegistry::here().alive()) {
    if (!child->helps) children.emplace_back(std::move(child));
  }
  return children;
}

ProcessHandle current_process() { return ProcessHandle(process_self().self); }

std::optional<ProcessHandle> parent_process() {
  if (!process_self().parent) return std::nullopt;
  return ProcessHandle(process_self().parent);
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
  const auto quota = detail::cpu_quota();
  return quota ? std::clamp(static_cast<int>(std::ceil(*quota)), 1, cpus) : cpus;
}

}  // namespace gilfree
