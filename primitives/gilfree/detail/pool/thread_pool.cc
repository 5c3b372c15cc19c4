#include "gilfree/detail/pool/thread_pool.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "gilfree/detail/pool/remote_error.h"
#include "gilfree/errors.h"

namespace gilfree::detail {

using namespace std::chrono_literals;

ThreadPool::ThreadPool(int workers, std::function<void()> initializer)
    : initializer_(std::move(initializer)) {
  for (int worker = 0; worker < workers; ++worker) {
    // Daemons: a pool that is never destroyed does not keep the program from ending.
    threads_.emplace_back(
        [this] { work(); },
        ThreadOptions{.name = "PoolWorker-" + std::to_string(worker + 1), .daemon = true});
  }
  for (auto& thread : threads_) thread.start();
}

ThreadPool::~ThreadPool() { terminate(); }

void ThreadPool::post(ThreadTask& task) {
  if (closed_.load(std::memory_order_acquire)) {
    throw Closed("gilfree::Pool: closed or terminated; it takes no more tasks");
  }
  if (broken_.load(std::memory_order_acquire)) std::rethrow_exception(error_);
  ThreadTask* newest = inbox_.load(std::memory_order_relaxed);
  do {
    task.next_ = newest;
  } while (!inbox_.compare_exchange_weak(newest, &task, std::memory_order_acq_rel,  // published
                                         std::memory_order_relaxed));
  offered_.notify_one();
  // A worker that found the inbox empty and the pool closed before this has gone; see take_all().
  if (closed_.load(std::memory_order_acquire)) [[unlikely]] {
    while (ThreadTask* left = take(1)) left->run();
  }
  if (broken_.load(std::memory_order_acquire)) [[unlikely]]
    drop_all(error_);
}

bool ThreadPool::is_idle() const {
  return inbox_.load(std::memory_order_relaxed) == nullptr &&
         oldest_.load(std::memory_order_relaxed) == nullptr;
}

// For the owner of `taking_`: everything that is in the inbox, oldest first.
ThreadTask* ThreadPool::take_all() {
  ThreadTask* newest = inbox_.exchange(nullptr, std::memory_order_acq_rel);  // published
  ThreadTask* oldest = nullptr;
  while (newest != nullptr) {
    ThreadTask* older = newest->next_;
    newest->next_ = std::exchange(oldest, newest);
    newest = older;
  }
  return oldest;
}

// The `most` oldest, linked by next_.
ThreadTask* ThreadPool::take(int most) {
  (void)taking_.lock();
  ThreadTask* first = oldest_.load(std::memory_order_relaxed);
  if (first == nullptr) first = take_all();
  ThreadTask* last = first;
  for (int i = 1; i < most && last != nullptr && last->next_ != nullptr; ++i) last = last->next_;
  oldest_.store(last == nullptr ? nullptr : last->next_, std::memory_order_relaxed);
  taking_.unlock();
  if (last != nullptr) last->next_ = nullptr;
  return first;
}

void ThreadPool::work() {
  if (!initialize()) return;
  for (int most = 1;;) {
    const bool closing = closed_.load(std::memory_order_acquire);
    ThreadTask* task = take(most);
    if (task == nullptr) {
      if (closing) return;
      most = 1;
      offered_.wait(kNever, kNoCpu,
                    [&] { return !is_idle() || closed_.load(std::memory_order_acquire); });
      if (!is_idle()) offered_.notify_one();  // each ring wakes one
      continue;
    }
    const auto begin = Clock::now();
    int ran = 0;
    for (; task != nullptr; ++ran) std::exchange(task, task->next_)->run();
    most = Clock::now() - begin < ran * 1us ? std::min(2 * most, kMostAtOnce) : 1;
  }
}

bool ThreadPool::initialize() {
  try {
    if (initializer_) initializer_();
    return true;
  } catch (...) {
    break_down(remote_error());
    return false;
  }
}

void ThreadPool::break_down(std::exception_ptr error) {
  (void)taking_.lock();
  if (!broken_.load(std::memory_order_relaxed)) {
    error_ = std::move(error);
    broken_.store(true, std::memory_order_release);
  }
  taking_.unlock();
  drop_all(error_);
}

void ThreadPool::drop_all(const std::exception_ptr& why) {
  while (ThreadTask* task = take(1)) task->drop(why);
}

void ThreadPool::close() {
  closed_.store(true, std::memory_order_release);
  offered_.notify_all();
}

void ThreadPool::terminate() {
  close();
  const auto why = std::make_exception_ptr(
      Closed("gilfree::AsyncResult::get: the pool was terminated before the task was begun"));
  drop_all(why);
  join();
}

void ThreadPool::join() {
  if (!closed_.load(std::memory_order_acquire)) {
    throw std::logic_error("gilfree::Pool::join: call close() or terminate() first");
  }
  const std::lock_guard lock(ending_);
  for (auto& thread : threads_) thread.join();
}

}  // namespace gilfree::detail
