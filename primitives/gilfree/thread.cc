#include "gilfree/thread.h"

#include <cxxabi.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <typeinfo>

#include "gilfree/detail/base/uncaught.h"
#include "gilfree/detail/identity/thread_state.h"
#include "gilfree/detail/process/thread_registry.h"

namespace gilfree {

using detail::fork_count;
using detail::Phase;
using detail::ThreadRecord;

namespace {

std::string next_thread_name() {
  static std::atomic<int> made{0};
  return "Thread-" + std::to_string(made.fetch_add(1, std::memory_order_relaxed) + 1);
}

Phase phase_of(const ThreadRecord& record) { return record.phase.load(std::memory_order_acquire); }

// Takes the thread back from the kernel. It has ended, or is about to.
void collect(ThreadRecord& record) {
  const std::lock_guard lock(record.joining);
  if (std::exchange(record.joinable, false)) ::pthread_join(record.ident.load(), nullptr);
}

}  // namespace

ThreadRecord& ThreadHandle::record() const {
  if (!record_) throw std::logic_error("gilfree::Thread: moved from; use the one it was moved to");
  return *record_;
}

void ThreadHandle::join() const { (void)join_until(kNever); }

bool ThreadHandle::join_for(Timeout timeout) const { return join_until(timeout.deadline()); }

bool ThreadHandle::join_until(Deadline deadline) const {
  auto& thread = record();
  if (phase_of(thread) == Phase::kNew) {
    throw std::logic_error("gilfree::Thread::join: call start() first");
  }
  if (thread.is_this_thread()) {
    throw std::logic_error("gilfree::Thread::join: a thread cannot wait for its own end");
  }
  if (thread.forks != fork_count()) return true;  // it is not in this process
  // A daemon may be detached at any time, and a deadline needs a wait that can be given up.
  if ((thread.daemon || deadline != kNever) && !thread.await_end(deadline)) return false;
  collect(thread);
  return thread.daemon || thread.await_end(kNever);  // nothing to wait for, or no joinable thread
}

bool ThreadHandle::is_alive() const { return phase_of(record()) == Phase::kBegun; }

ThreadHandle::State ThreadHandle::state() const {
  const auto& thread = record();
  if (phase_of(thread) == Phase::kNew) return State::New;
  if (phase_of(thread) == Phase::kEnded) return State::Dead;
  const pid_t id = thread.native_id.load(std::memory_order_acquire);
  if (id == 0) return State::Runnable;  // made, and not yet begun
  if (id == ::gettid()) return State::Running;
  switch (detail::observe(id)) {
    case detail::Seen::kOnCpu:
      return State::Running;
    case detail::Seen::kReady:
      return State::Runnable;
    case detail::Seen::kWaiting:
      return State::Blocked;
    case detail::Seen::kGone:
      break;
  }
  return State::Dead;
}

std::string ThreadHandle::name() const {
  const std::lock_guard lock(record().naming);
  return record().name;
}

void ThreadHandle::set_name(std::string name) const {
  const std::lock_guard lock(record().naming);
  record().name = std::move(name);
}

bool ThreadHandle::daemon() const { return record().daemon; }
std::uint64_t ThreadHandle::ident() const { return record().ident.load(std::memory_order_acquire); }

pid_t ThreadHandle::native_id() const {
  if (phase_of(record()) == Phase::kBegun) record().await_native_id();
  return record().native_id.load(std::memory_order_acquire);
}

struct Thread::Beginning {
  std::shared_ptr<ThreadRecord> record;
  detail::MoveOnlyFunction<void> target;
  Thread* object;  // a subclass, whose run() is called; otherwise null
};

Thread::Thread(const ThreadOptions& options)
    : ThreadHandle(std::make_shared<ThreadRecord>(
          options.name.empty() ? next_thread_name() : options.name, options.daemon)) {
  record_->named = !options.name.empty();
}

// NOLINTNEXTLINE(*-noexcept-move-constructor,*-exception-escape)
Thread::Thread(Thread&& from) : ThreadHandle(from.record_) {
  if (record_ && record_->uses_object && is_alive()) {
    throw std::logic_error("gilfree::Thread: a started subclass cannot be moved; hold a pointer");
  }
  target_ = std::move(from.target_);
  from.record_.reset();
}

// NOLINTNEXTLINE(*-noexcept-move-constructor,*-exception-escape)
Thread& Thread::operator=(Thread&& from) {
  if (this == &from) return *this;
  Thread taken(std::move(from));
  let_go();
  record_ = std::exchange(taken.record_, nullptr);
  target_ = std::move(taken.target_);
  return *this;
}

Thread::~Thread() { let_go(); }

void Thread::let_go() {
  if (!record_ || phase_of(*record_) == Phase::kNew || record_->forks != fork_count()) return;
  if (!record_->daemon && !record_->is_this_thread()) return join();
  const std::lock_guard lock(record_->joining);
  if (std::exchange(record_->joinable, false)) ::pthread_detach(record_->ident.load());
}

void Thread::start() {
  auto& thread = record();
  const auto keep = record_;  // the thread may destroy this object before pthread_create returns
  if (phase_of(thread) != Phase::kNew) {
    throw std::logic_error("gilfree::Thread::start: already started; make another Thread");
  }
  static std::atomic<bool> registered{false};
  if (!registered.exchange(true)) std::atexit([] { detail::ThreadRegistry::here().await_all(); });
  thread.ours = true;
  thread.uses_object = !thread.target_only && typeid(*this) != typeid(Thread);
  thread.forks = fork_count();
  thread.joinable = true;
  thread.phase.store(Phase::kBegun, std::memory_order_release);
  detail::ThreadRegistry::here().add(record_);
  auto* beginning = new Beginning{record_, {}, thread.uses_object ? this : nullptr};
  if (!thread.uses_object) beginning->target = std::move(target_);
  pthread_t ident{};
  if (const int error = ::pthread_create(&ident, nullptr, begin, beginning); error != 0) {
    detail::ThreadRegistry::here().remove(thread);
    thread.joinable = false;
    thread.phase.store(Phase::kNew, std::memory_order_release);
    if (beginning->target) target_ = std::move(beginning->target);
    delete beginning;
    throw std::system_error(error, std::generic_category(),
                            "gilfree::Thread::start: no more threads may be made; end some first");
  }
  thread.ident.store(ident, std::memory_order_release);
  if (thread.uses_object) thread.await_native_id();
}

// A forced unwind has no object to refer to, which UBSan would complain of.
__attribute__((no_sanitize("null"))) void* Thread::begin(void* beginning) {
  struct End {
    ThreadRecord& record;
    ~End() { record.end(); }  // also when the thread is cancelled
  };
  const std::unique_ptr<Beginning> mine(static_cast<Beginning*>(beginning));
  const End end{*mine->record};
  end.record.begin();
  auto target = std::move(mine->target);  // gone before End says so
  try {
    if (mine->object != nullptr) {
      mine->object->run();
    } else if (target) {
      target();
    }
  } catch (const abi::__forced_unwind&) {
    throw;  // pthread_exit or pthread_cancel
  } catch (...) {
    detail::report_uncaught(ThreadHandle(mine->record).name());
  }
  return nullptr;
}

void Thread::run_target_only() { record().target_only = true; }

void Thread::run() {
  if (target_) target_();
}

std::vector<ThreadHandle> enumerate() {
  std::vector<ThreadHandle> threads;
  for (auto& record : detail::ThreadRegistry::here().all()) threads.emplace_back(std::move(record));
  return threads;
}

std::size_t active_count() { return detail::ThreadRegistry::here().all().size(); }
ThreadHandle current_thread() { return ThreadHandle(detail::ThreadRegistry::here().current()); }
ThreadHandle main_thread() { return ThreadHandle(detail::ThreadRegistry::here().main()); }

}  // namespace gilfree
