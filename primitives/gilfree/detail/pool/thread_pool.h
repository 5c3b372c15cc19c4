// ThreadPool: threads that run tasks, first in, first out.
//
//   auto pool = ThreadPool::make(4, initializer);   pool->post(task);   pool->close();   pool->join();
//
// A worker takes several tasks at a time as long as they prove short: then taking a task costs less than the task. Where
// tasks are long, each is taken by itself. Where they are until then: thread_task_list.h.
//
// A worker owns a reference to the pool, so that a task may destroy the pool that runs it. A task that
// ends its thread (pthread_exit, pthread_cancel) is failed and the thread replaced; the tasks that the
// thread had taken are put back.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>

#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/pool/task_source.h"
#include "gilfree/detail/pool/thread_task_list.h"
#include "gilfree/detail/pool/worker_limit.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/scope.h"
#include "gilfree/thread.h"

namespace gilfree::detail {

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
  using Batch = ThreadTaskList::Batch;

  ThreadPool(int workers, std::function<void()> initializer);

  void add_worker(Batch& batch);
  [[noreturn]] void refuse() const;
  void work(Batch& batch);
  bool initialize();
  void replace_this_worker(ThreadTask* current, Batch& batch);
  bool is_closing() const { return closing_.load(std::memory_order_acquire); }
  void set_broken(std::exception_ptr error);
  void break_down(std::exception_ptr error);  // and drops what is there
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

  ThreadTaskList tasks_;
  alignas(kApart) EventCount<Threads> offered_;
  WorkerLimit<Threads> limit_;

  std::mutex staff_;  // guards threads_, and writing error_
  std::deque<Thread> threads_;
};

}  // namespace gilfree::detail
