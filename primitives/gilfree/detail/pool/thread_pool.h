// ThreadPool: threads that run tasks, first in, first out.
//
//   auto pool = ThreadPool::make(4, initializer);   pool->post(task);   pool->close();   pool->join();
//
// A task goes into the inbox by one compare-and-swap. A worker moves the whole inbox to the list behind
// the mutex when that is empty, and takes several tasks at a time as long as they prove short: then
// taking a task costs less than the task. Where tasks are long, each is taken by itself. Those that a worker
// has taken and not begun are its batch, from which a worker without a task takes them: the worker's current
// task may wait for one of them.
//
// 1. A task that was posted and not begun is in the inbox, in the list or in a batch, except within take(), which
//    counts `moves_` up to an odd number before and to an even one after. So is_idle() is not true while one is left.
// 2. A batch is filled by its worker under the mutex, and emptied by any worker, task by task, by an exchange.
//
// A worker owns a reference to the pool, so that a task may destroy the pool that runs it. A task that
// ends its thread (pthread_exit, pthread_cancel) is failed and the thread replaced; the tasks that the
// thread had taken are put back.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>

#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/lock/mutex.h"
#include "gilfree/detail/pool/task_source.h"
#include "gilfree/detail/pool/worker_limit.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/scope.h"
#include "gilfree/thread.h"

namespace gilfree::detail {

// Something to run once. It owns itself: the pool calls exactly one of run() and drop() to the end.
class ThreadTask {
 public:
  virtual void run() = 0;
  // Called if run() was left by an unwinding: what it was at becomes `why`. True if run() is to be called
  // again for the rest; otherwise it is the last call.
  virtual bool resume(const std::exception_ptr& why) = 0;
  // Instead of run(): it will not be run, for this reason.
  virtual void drop(const std::exception_ptr& why) = 0;

 protected:
  ~ThreadTask() = default;

 private:
  friend class ThreadPool;
  ThreadTask* next_ = nullptr;
};

class ThreadPool : public std::enable_shared_from_this<ThreadPool> {
 public:
  // Throws std::system_error if a thread cannot be made; then none is left.
  static std::shared_ptr<ThreadPool> make(int workers, std::function<void()> initializer);

  int workers() const { return workers_; }
  // True in a forked child of the process that made it: its threads are not there.
  bool is_inherited() const;

  // Throws Closed after close(), and what the initializer threw if it did.
  void post(ThreadTask& task, Entry entry = Entry::kCall);

  // A source of tasks, which may post after close() too until it ends.
  void begin_source(const std::shared_ptr<TaskSource>& source);
  void end_source(TaskSource& source);
  // False once what a source posts would be refused.
  bool accepts(Entry entry) const;

  void close();
  // Drops what no worker has begun, and waits for the rest; a task of this pool does not wait.
  void terminate();
  // Throws std::logic_error in a task of this pool, which would wait for its own end.
  void join();

 private:
  static constexpr int kMostAtOnce = 16;

  ThreadPool(int workers, std::function<void()> initializer);

  // The tasks that a worker has taken, oldest first.
  struct alignas(kApart) Batch {
    std::atomic<int> filled{0};  // places that may have a task
    std::atomic<ThreadTask*> places[kMostAtOnce]{};
  };

  void add_worker(Batch& batch);
  [[noreturn]] void refuse() const;
  void work(Batch& batch);
  bool initialize();
  void replace_this_worker(ThreadTask* current, Batch& batch);
  bool is_idle() const;
  bool is_closing() const { return closing_.load(std::memory_order_acquire); }
  ThreadTask* take(int most, Batch* batch);
  ThreadTask* take_all();
  ThreadTask* steal();
  static ThreadTask* take_from(Batch& batch, int& place);
  void put_back(ThreadTask* first);
  void break_down(std::exception_ptr error);
  void drop_all(const std::exception_ptr& why);
  void run_what_is_left();

  const int workers_;
  const int forks_;  // fork_count() of the process that made it
  const std::function<void()> initializer_;
  std::atomic<bool> closed_{false};      // no more calls
  std::atomic<bool> terminated_{false};  // nor from sources
  std::atomic<bool> closing_{false};     // no more tasks at all: idle workers leave
  std::atomic<bool> broken_{false};
  std::exception_ptr error_;  // published by broken_
  OpenSources sources_;

  alignas(kApart) std::atomic<ThreadTask*> inbox_{nullptr};  // newest first
  alignas(kApart) EventCount<Threads> offered_;
  WorkerLimit<Threads> limit_;
  alignas(kApart) Mutex<Threads> taking_;     // guards what follows
  std::atomic<ThreadTask*> oldest_{nullptr};  // read without it, as the next
  std::atomic<std::uint32_t> moves_{0};       // odd while tasks are moved from one place to another
  const std::unique_ptr<Batch[]> batches_;

  std::mutex staff_;  // guards threads_
  std::deque<Thread> threads_;
};

}  // namespace gilfree::detail
