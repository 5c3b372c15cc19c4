// ThreadTaskList: the tasks of a thread pool that no worker has begun, first in, first out.
//
//   list.push(task);                                     // any thread
//   task = list.take(most, &batch);                      // a worker, whose batch is empty
//   while (task != nullptr) { task->run(); task = list.next_of(batch, place); }
//
// A task goes into the inbox by one compare-and-swap. take() moves the whole inbox to the list behind the mutex when
// that is empty. What a worker takes besides its first task is its batch, from which a worker without a task takes
// them: the first task may wait for one of them.
//
// 1. A task that was pushed and not begun is in the inbox, in the list or in a batch, except within take(), which
//    counts `moves_` up to an odd number before and to an even one after. So is_empty() is not true while one is left.
// 2. A batch is filled by its worker under the mutex, and emptied by any worker, task by task, by an exchange.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>

#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/lock/mutex.h"
#include "gilfree/scope.h"

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
  friend class ThreadTaskList;
  ThreadTask* next_ = nullptr;
};

class ThreadTaskList {
 public:
  static constexpr int kMostAtOnce = 16;

  // The tasks that a worker has taken and not begun, oldest first.
  struct alignas(kApart) Batch {
    std::atomic<int> filled{0};  // places that may have a task
    std::atomic<ThreadTask*> places[kMostAtOnce]{};
  };

  explicit ThreadTaskList(int workers)
      : workers_(workers), batches_(new Batch[static_cast<std::size_t>(workers)]) {}

  Batch& batch_of(int worker) const { return batches_[static_cast<std::size_t>(worker)]; }
  // False while a task is left, or may be.
  bool is_empty() const;

  void push(ThreadTask& task);
  // Puts a task that was taken in front of the others.
  void put_back(ThreadTask& task);
  // Returns the oldest task and puts up to `most` - 1 that follow into the worker's empty batch. If there is none, one
  // that is in a batch; null if there is none either.
  ThreadTask* take(int most, Batch* batch);
  // Returns a task of the batch from `place` on, and leaves its place there; null if there is none.
  static ThreadTask* next_of(Batch& batch, int& place);

 private:
  ThreadTask* take_inbox();
  ThreadTask* steal();

  const int workers_;
  alignas(kApart) std::atomic<ThreadTask*> inbox_{nullptr};  // newest first
  alignas(kApart) Mutex<Threads> taking_;                    // guards what follows
  std::atomic<ThreadTask*> oldest_{nullptr};                 // read without it, as the next
  std::atomic<std::uint32_t> moves_{0};  // odd while tasks are moved from one place to another
  const std::unique_ptr<Batch[]> batches_;
};

}  // namespace gilfree::detail
