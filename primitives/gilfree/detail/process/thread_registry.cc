#include "gilfree/detail/process/thread_registry.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <utility>

namespace gilfree::detail {
namespace {

constinit thread_local ThreadRecord* this_record = nullptr;
std::atomic<int> forks{0};

// Initialised while the program is loaded, in its first thread.
pthread_t first_thread = ::pthread_self();

// Ends the record of a thread that was not started by us.
struct ForeignThread {
  std::shared_ptr<ThreadRecord> record;
  ~ForeignThread() {
    if (record) record->end();
  }
};

bool is_main_thread() { return ::gettid() == ::getpid(); }

std::shared_ptr<ThreadRecord> begun(std::string name, bool daemon, pthread_t ident, pid_t native) {
  auto record = std::make_shared<ThreadRecord>(std::move(name), daemon);
  record->forks = fork_count();
  record->posix.set_handle(ident);
  record->native_id.store(native, std::memory_order_relaxed);
  record->phase.store(Phase::kBegun, std::memory_order_release);
  return record;
}

// Made while the program is loaded: a child forked while another thread was making it would wait for
// ever.
[[maybe_unused]] const ThreadRegistry& threads_made_early = ThreadRegistry::here();

}  // namespace

int fork_count() { return forks.load(std::memory_order_relaxed); }

bool ThreadRecord::is_this_thread() const {
  return phase.load(std::memory_order_acquire) == Phase::kBegun &&
         native_id.load(std::memory_order_relaxed) == ::gettid();
}

bool ThreadRecord::await_end(Deadline deadline) {
  const auto is_over = [&] {
    const Phase now = phase.load(std::memory_order_acquire);
    return now == Phase::kEnded || now == Phase::kNew;
  };
  const bool in_time = ended.wait(deadline, detail::kNoCpu, is_over) != detail::Waited::kTooLate;
  ended.notify_one();  // each notification wakes one waiter
  return in_time;
}

void ThreadRecord::await_native_id() {
  const auto known = [&] { return native_id.load(std::memory_order_acquire) != 0; };
  identified.wait(kNever, detail::kNoCpu, known);
  identified.notify_one();
}

void ThreadRecord::begin() {
  this_record = this;
  posix.set_handle(::pthread_self());
  phase.store(Phase::kBegun, std::memory_order_release);
  if (named) {
    ::pthread_setname_np(::pthread_self(), name.get().substr(0, 15).c_str());  // the kernel's limit
  }
  native_id.store(::gettid(), std::memory_order_release);
  identified.notify_one();
}

void ThreadRecord::end() {
  const auto keep = shared_from_this();  // the list may hold the last one
  ThreadRegistry::here().remove(*this, Phase::kEnded);
  this_record = nullptr;
}

void ThreadRecord::has_been_made(pthread_t handle) {
  posix.set_handle(handle);
  auto starting = Phase::kStarting;  // else the thread was faster
  phase.compare_exchange_strong(starting, Phase::kBegun, std::memory_order_release);
}

ThreadRegistry& ThreadRegistry::here() {
  static ThreadRegistry& made = *new ThreadRegistry;  // in use until the very end of the program
  return made;
}

ThreadRegistry::ThreadRegistry() : mutex_([] { here().keep_only_this_thread(); }) {}

void ThreadRegistry::keep_only_this_thread() {
  forks.fetch_add(1, std::memory_order_relaxed);
  first_thread = ::pthread_self();
  if (this_record != main_.get()) {
    if (main_) running_.push_back(main_);
    main_ = this_record == nullptr ? nullptr : this_record->shared_from_this();
  }
  for (auto& gone : running_) {
    if (gone != main_) gone->phase.store(Phase::kEnded, std::memory_order_relaxed);
  }
  if (main_) {
    main_->forks = fork_count();
    main_->native_id.store(::gettid(), std::memory_order_relaxed);
    main_->posix.forget();
  }
  running_.clear();
}

void ThreadRegistry::begin_anew() {
  const std::lock_guard lock(mutex_);
  keep_only_this_thread();
}

bool ThreadRegistry::start(const std::shared_ptr<ThreadRecord>& record) {
  const std::lock_guard lock(mutex_);
  if (record->phase.load(std::memory_order_relaxed) != Phase::kNew) return false;
  running_.push_back(record);
  record->ours = true;
  record->forks = fork_count();
  record->posix.expect();
  record->phase.store(Phase::kStarting, std::memory_order_relaxed);
  if (!std::exchange(awaits_at_exit_, true)) std::atexit([] { here().await_all(); });
  return true;
}

void ThreadRegistry::add(const std::shared_ptr<ThreadRecord>& record) {
  const std::lock_guard lock(mutex_);
  running_.push_back(record);
}

void ThreadRegistry::remove(ThreadRecord& record, Phase phase) {
  {
    const std::lock_guard lock(mutex_);
    running_.remove_if([&](const auto& other) { return other.get() == &record; });
    record.phase.store(phase, std::memory_order_release);
  }
  record.ended.notify_one();
}

std::vector<std::shared_ptr<ThreadRecord>> ThreadRegistry::all() {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<ThreadRecord>> threads{main_locked()};
  threads.insert(threads.end(), running_.begin(), running_.end());
  return threads;
}

std::shared_ptr<ThreadRecord> ThreadRegistry::main() {
  const std::lock_guard lock(mutex_);
  return main_locked();
}

void ThreadRegistry::await_all() {
  while (const auto other = any_to_await()) other->await_end(kNever);
}

// Allocates nothing: every child asks, and few have threads.
std::shared_ptr<ThreadRecord> ThreadRegistry::any_to_await() {
  const std::lock_guard lock(mutex_);
  const auto is_awaited = [](const auto& record) {
    return record->ours && !record->daemon && !record->is_this_thread() &&
           record->phase.load(std::memory_order_acquire) != Phase::kEnded;
  };
  const auto found = std::find_if(running_.begin(), running_.end(), is_awaited);
  return found == running_.end() ? nullptr : *found;
}

std::shared_ptr<ThreadRecord> ThreadRegistry::main_locked() {
  if (!main_) {
    main_ = begun("MainThread", false, first_thread, ::getpid());
    if (is_main_thread()) {
      main_->posix.set_handle(::pthread_self());
      this_record = main_.get();
    }
  }
  return main_;
}

std::shared_ptr<ThreadRecord> ThreadRegistry::current() {
  if (this_record != nullptr) return this_record->shared_from_this();
  if (is_main_thread()) {
    auto record = main();
    this_record = record.get();
    return record;
  }
  static std::atomic<int> foreign_threads{0};
  thread_local ForeignThread foreign;
  const int number = foreign_threads.fetch_add(1, std::memory_order_relaxed) + 1;
  foreign.record = begun("Dummy-" + std::to_string(number), true, ::pthread_self(), ::gettid());
  this_record = foreign.record.get();
  add(foreign.record);
  return foreign.record;
}

}  // namespace gilfree::detail
