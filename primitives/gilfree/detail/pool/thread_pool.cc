#include "gilfree/detail/pool/thread_pool.h"

#include <cxxabi.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "gilfree/detail/pool/remote_error.h"
#include "gilfree/detail/process/thread_registry.h"
#include "gilfree/errors.h"

namespace gilfree::detail {

using namespace std::chrono_literals;

namespace {

thread_local const ThreadPool* pool_of_this_thread = nullptr;

std::exception_ptr left_its_thread() {
  return std::make_exception_ptr(
      WorkerLost("gilfree::Pool: the task ended its worker's thread by pthread_exit or "
                 "pthread_cancel; return from it instead"));
}

}  // namespace

std::shared_ptr<ThreadPool> ThreadPool::make(int workers, std::function<void()> initializer) {
  const std::shared_ptr<ThreadPool> pool(new ThreadPool(workers, std::move(initializer)));
  try {
    for (int worker = 0; worker < workers; ++worker)
      pool->add_worker(pool->tasks_.batch_of(worker));
  } catch (...) {
    pool->terminate();
    throw;
  }
  return pool;
}

ThreadPool::ThreadPool(int workers, std::function<void()> initializer)
    : workers_(workers),
      forks_(fork_count()),
      initializer_(std::move(initializer)),
      tasks_(workers),
      limit_(workers) {}

bool ThreadPool::is_inherited() const { return forks_ != fork_count(); }

void ThreadPool::add_worker(Batch& batch) {
  const std::lock_guard lock(staff_);
  // Daemons: a pool that is never destroyed does not keep the program from ending.
  threads_.emplace_back(
      [self = shared_from_this(), &batch] { self->work(batch); },
      ThreadOptions{.name = "PoolWorker-" + std::to_string(threads_.size() + 1), .daemon = true});
  try {
    threads_.back().start();
  } catch (...) {
    threads_.pop_back();
    throw;
  }
}

bool ThreadPool::accepts(Entry entry) const {
  const auto& ended = entry == Entry::kCall ? closed_ : terminated_;
  return !ended.load(std::memory_order_acquire) && !broken_.load(std::memory_order_acquire);
}

void ThreadPool::post(ThreadTask& task, Entry entry) {
  if (!accepts(entry)) [[unlikely]]
    refuse();
  tasks_.push(task);
  limit_.notify_one(offered_);
  // A worker that found the inbox empty and the pool closing before this has gone; see work().
  if (is_closing()) [[unlikely]]
    run_what_is_left();
  if (broken_.load(std::memory_order_acquire)) [[unlikely]]
    drop_all(error_);
}

void ThreadPool::refuse() const {
  if (broken_.load(std::memory_order_acquire)) std::rethrow_exception(error_);
  throw Closed("gilfree::Pool: closed or terminated; it takes no more tasks");
}

// Where no worker may be left to run it.
void ThreadPool::run_what_is_left() {
  while (ThreadTask* left = tasks_.take(1, nullptr)) {
    struct Guard {
      ThreadTask* task;
      ~Guard() {
        if (task != nullptr && task->resume(left_its_thread())) task->drop(left_its_thread());
      }
    } guard{left};
    left->run();
    guard.task = nullptr;
  }
}

void ThreadPool::work(Batch& batch) {
  pool_of_this_thread = this;
  struct Guard {
    ThreadPool& pool;
    Batch& batch;
    ThreadTask* current = nullptr;  // being run
    bool unwound = true;
    ~Guard() {
      if (unwound) pool.replace_this_worker(current, batch);
    }
  } at{*this, batch};
  TaskMeter meter(limit_, offered_);
  for (int most = initialize() ? 1 : 0; most > 0;) {
    const bool closing = is_closing();
    at.current = tasks_.take(most, &batch);
    if (at.current == nullptr) {
      if (closing) break;
      most = 1;
      limit_.wait(
          offered_, [&] { return !tasks_.is_empty(); }, [&] { return is_closing(); });
      if (!tasks_.is_empty()) limit_.notify_next(offered_);  // each notification wakes one worker
      continue;
    }
    const auto begin = Clock::now();
    int ran = 0, place = 0;
    while (at.current != nullptr) {
      meter.begin();
      at.current->run();
      meter.end();
      ++ran;
      at.current = ThreadTaskList::next_of(batch, place);
    }
    batch.filled.store(0, std::memory_order_relaxed);
    most = Clock::now() - begin < ran * 1us ? std::min(2 * most, ThreadTaskList::kMostAtOnce) : 1;
  }
  at.unwound = false;
}

// A task has ended its thread, or a callback or the initializer has. What is called here may not end it again: so it is
// for the next thread to call back.
void ThreadPool::replace_this_worker(ThreadTask* current, Batch& batch) {
  pool_of_this_thread = nullptr;
  if (current != nullptr && current->resume(left_its_thread())) {
    tasks_.put_back(*current);
  }
  try {
    add_worker(batch);
  } catch (...) {
    break_down(std::current_exception());
  }
}

// A forced unwind has no object to refer to, which UBSan would complain of.
__attribute__((no_sanitize("null"))) bool ThreadPool::initialize() {
  struct Guard {
    ThreadPool& pool;
    bool unwound = true;
    ~Guard() {
      if (unwound) pool.set_broken(left_its_thread());
    }
  } guard{*this};
  try {
    if (initializer_ && !broken_.load(std::memory_order_acquire)) initializer_();
  } catch (const abi::__forced_unwind&) {
    throw;  // pthread_exit
  } catch (...) {
    set_broken(remote_error());
  }
  guard.unwound = false;
  if (!broken_.load(std::memory_order_acquire)) return true;
  drop_all(error_);  // not while an exception is handled: a callback may end the thread
  return false;
}

void ThreadPool::set_broken(std::exception_ptr error) {
  const std::lock_guard lock(staff_);
  if (broken_.load(std::memory_order_relaxed)) return;
  error_ = std::move(error);
  broken_.store(true, std::memory_order_release);
}

void ThreadPool::break_down(std::exception_ptr error) {
  set_broken(std::move(error));
  drop_all(error_);
}

void ThreadPool::drop_all(const std::exception_ptr& why) {
  while (ThreadTask* task = tasks_.take(1, nullptr)) task->drop(why);
}

void ThreadPool::begin_source(const std::shared_ptr<TaskSource>& source) {
  if (!accepts(Entry::kCall)) refuse();
  sources_.add(source);
}

void ThreadPool::end_source(TaskSource& source) {
  sources_.remove(source);
  if (closed_.load(std::memory_order_acquire)) close();
}

void ThreadPool::close() {
  closed_.store(true, std::memory_order_seq_cst);  // before the sources are asked, as in end_source
  if (!sources_.empty()) return;
  closing_.store(true, std::memory_order_release);
  offered_.notify_all();
  limit_.close();
}

void ThreadPool::terminate() {
  terminated_.store(true, std::memory_order_release);
  closed_.store(true, std::memory_order_release);
  closing_.store(true, std::memory_order_release);
  offered_.notify_all();
  limit_.close();
  drop_all(std::make_exception_ptr(
      Closed("gilfree::AsyncResult::get: the pool was terminated before the task was begun")));
  if (pool_of_this_thread != this) join();
}

void ThreadPool::join() {
  if (!closed_.load(std::memory_order_acquire)) {
    throw std::logic_error("gilfree::Pool::join: call close() or terminate() first");
  }
  if (pool_of_this_thread == this) {
    throw std::logic_error(
        "gilfree::Pool::join: a task cannot wait for the end of the pool that runs it");
  }
  if (!terminated_.load(std::memory_order_acquire)) sources_.send_all();
  const auto worker = [&](std::size_t at) -> std::optional<ThreadHandle> {
    const std::lock_guard lock(staff_);  // a thread that is replaced adds another before it ends
    return at < threads_.size() ? std::optional<ThreadHandle>(threads_[at]) : std::nullopt;
  };
  for (std::size_t at = 0; const auto thread = worker(at); ++at) thread->join();
}

}  // namespace gilfree::detail
