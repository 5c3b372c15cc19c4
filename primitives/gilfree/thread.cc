#include "gilfree/thread.h"

#include <cxxabi.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>
#include <system_error>
#include <typeinfo>

#include "gilfree/detail/base/uncaught.h"
#include "gilfree/detail/identity/thread_state.h"
#include "gilfree/detail/process/thread_registry.h"

namespace gilfree {

using detail::fork_count;
using detail::Phase;
using detail::PosixThread;
using detail::ThreadRecord;

namespace {

std::string next_thread_name() {
  static std::atomic<int> made{0};
  return "Thread-" + std::to_string(made.fetch_add(1, std::memory_order_relaxed) + 1);
}

Phase phase_of(const ThreadRecord& record) { return record.phase.load(std::memory_order_acquire); }

// As in Python, one that is being started has not: it may turn out that no thread can be made.
bool has_started(const ThreadRecord& record) {
  const Phase phase = phase_of(record);
  return phase == Phase::kBegun || phase == Phase::kEnded;
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
  if (!has_started(thread)) {
    throw std::logic_error("gilfree::Thread::join: call start() first");
  }
  if (thread.is_this_thread()) {
    throw std::logic_error("gilfree::Thread::join: a thread cannot wait for its own end");
  }
  if (thread.forks != fork_count()) return true;  // it is not in this process

  const auto keep = record_;  // the thread may destroy this object
  const auto joined = thread.posix.join(deadline);
  if (joined == PosixThread::Joined::kCannot) return thread.await_end(deadline);
  return joined == PosixThread::Joined::kEnded;
}

bool ThreadHandle::is_alive() const { return phase_of(record()) == Phase::kBegun; }

ThreadHandle::State ThreadHandle::state() const {
  const auto& thread = record();
  if (!has_started(thread)) return State::New;
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

std::string ThreadHandle::name() const { return record().name.get(); }

void ThreadHandle::set_name(std::string name) const { record().name.set(std::move(name)); }

bool ThreadHandle::daemon() const { return record().daemon; }
std::uint64_t ThreadHandle::ident() const { return record().posix.handle(); }

pid_t ThreadHandle::native_id() const {
  if (phase_of(record()) == Phase::kBegun) record().await_native_id();
  return record().native_id.load(std::memory_order_acquire);
}

struct Thread::Beginning {
  Beginning(std::shared_ptr<ThreadRecord> of, Thread* subclass)
      : record(std::move(of)), object(subclass) {}

  std::shared_ptr<ThreadRecord> record;
  Thread* object;  // a subclass, whose run() is called; otherwise null
  detail::MoveOnlyFunction<void> target;
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
  if (!record_ || !has_started(*record_) || record_->forks != fork_count()) return;
  if (!record_->daemon && !record_->is_this_thread()) join();
  record_->posix.let_go();
}

void Thread::start() {
  auto& thread = record();
  const auto keep = record_;  // the thread may destroy this object before pthread_create returns
  auto& registry = detail::ThreadRegistry::here();
  const bool uses_object = !thread.target_only && typeid(*this) != typeid(Thread);
  auto beginning = std::make_unique<Beginning>(keep, uses_object ? this : nullptr);
  if (!registry.start(keep)) {
    throw std::logic_error("gilfree::Thread::start: already started; make another Thread");
  }
  thread.uses_object = uses_object;
  if (!uses_object) beginning->target = std::move(target_);
  pthread_t handle{};
  if (const int error = ::pthread_create(&handle, nullptr, begin, beginning.get()); error != 0) {
    if (!uses_object) target_ = std::move(beginning->target);
    thread.posix.forget();
    registry.remove(thread, Phase::kNew);
    throw std::system_error(error, std::generic_category(),
                            "gilfree::Thread::start: no more threads may be made; end some first");
  }
  (void)beginning.release();  // the thread's
  thread.has_been_made(handle);
  if (uses_object) thread.await_native_id();
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
