// ThreadPool: threads that run tasks, first in, first out.
//
// A task goes into the inbox by one compare-and-swap. A worker moves the whole inbox to the list behind
// the mutex when that is empty, and takes several tasks at a time as long as they prove short: then
// who takes a task costs less than the task; where tasks are long, each is taken by itself.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <vector>

#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/lock/mutex.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/scope.h"
#include "gilfree/thread.h"

namespace gilfree::detail {

// Something to run once. It looks after its own life: run() or drop() is the last that is called.
class ThreadTask {
 public:
  virtual void run() = 0;
  // Instead of run(): it will not be run, for this reason.
  virtual void drop(const std::exception_ptr& why) = 0;

 protected:
  ~ThreadTask() = default;

 private:
  friend class ThreadPool;
  ThreadTask* next_ = nullptr;
};

class ThreadPool {
 public:
  ThreadPool(int workers, std::function<void()> initializer);
  ~ThreadPool();

  int workers() const { return static_cast<int>(threads_.size()); }

  // Throws Closed after close(), and what the initializer threw if it did.
  void post(ThreadTask& task);

  void close();
  // Drops what no worker has begun, and waits for the rest.
  void terminate();
  void join();

 private:
  void work();
  bool initialize();
  bool is_idle() const;
  ThreadTask* take(int most);
  ThreadTask* take_all();
  void break_down(std::exception_ptr error);
  void drop_all(const std::exception_ptr& why);

  static constexpr int kMostAtOnce = 16;

  const std::function<void()> initializer_;
  std::atomic<bool> closed_{false};
  std::atomic<bool> broken_{false};
  std::exception_ptr error_;  // published by broken_

  alignas(kApart) std::atomic<ThreadTask*> inbox_{nullptr};  // newest first
  alignas(kApart) EventCount<Threads> offered_;
  alignas(kApart) Mutex<Threads> taking_;     // guards what follows
  std::atomic<ThreadTask*> oldest_{nullptr};  // read without it

  std::mutex ending_;  // guards joining
  std::vector<Thread> threads_;
};

}  // namespace gilfree::detail
