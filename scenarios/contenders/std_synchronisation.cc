// The standard library's locks, semaphores, condition variables, barriers and atomics, which work between
// threads.
#include <atomic>
#include <barrier>
#include <condition_variable>
#include <mutex>
#include <semaphore>

#include "scenarios/single_operation.h"

namespace scenarios {
namespace {

class StdMutex : public std::mutex {
 public:
  static constexpr Facts kFacts{.name = "std_mutex",
                                .label = "std::mutex",
                                .family = "std",
                                .primitive = "lock",
                                .wait = "block"};
};

class StdRecursiveMutex : public std::recursive_mutex {
 public:
  static constexpr Facts kFacts{.name = "std_recursive_mutex",
                                .label = "std::recursive_mutex",
                                .family = "std",
                                .primitive = "rlock",
                                .wait = "block"};
};

class StdSemaphore : public std::counting_semaphore<> {
 public:
  static constexpr Facts kFacts{.name = "std_counting_semaphore",
                                .label = "std::counting_semaphore",
                                .family = "std",
                                .primitive = "semaphore",
                                .wait = "adaptive"};
  explicit StdSemaphore(int permits) : counting_semaphore(permits) {}
};

class StdCondition {
 public:
  static constexpr Facts kFacts{.name = "std_condition_variable",
                                .label = "std::condition_variable",
                                .family = "std",
                                .primitive = "condition",
                                .wait = "block"};
  static constexpr bool kNotifyUnderLock = false;

  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }
  void wait() {
    std::unique_lock held(mutex_, std::adopt_lock);
    condition_.wait(held);
    held.release();
  }
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
};

class StdBarrier {
 public:
  static constexpr Facts kFacts{.name = "std_barrier",
                                .label = "std::barrier",
                                .family = "std",
                                .primitive = "barrier",
                                .wait = "adaptive"};
  explicit StdBarrier(int parties) : barrier_(parties) {}
  void wait() { barrier_.arrive_and_wait(); }

 private:
  std::barrier<> barrier_;
};

// An event made of an atomic's wait and notify_all.
class StdAtomicEvent {
 public:
  static constexpr Facts kFacts{.name = "std_atomic_wait",
                                .label = "std::atomic::wait",
                                .family = "std",
                                .primitive = "event",
                                .wait = "adaptive"};

  void wait() {
    while (set_.load(std::memory_order_acquire) == 0) set_.wait(0, std::memory_order_acquire);
  }
  void rearm() { set_.store(0, std::memory_order_relaxed); }
  void wake() {
    set_.store(1, std::memory_order_release);
    set_.notify_all();
  }

 private:
  std::atomic<int> set_{0};  // an int is what a futex can wait on itself
};

const Registration registered[] = {
    add_lock<StdMutex, WorkerKind::kThreads>(),
    add_lock<StdRecursiveMutex, WorkerKind::kThreads>(),
    add_lock_operation<StdMutex, WorkerKind::kThreads>(),
    add_lock_operation<StdRecursiveMutex, WorkerKind::kThreads>(),
    add_semaphore<StdSemaphore, WorkerKind::kThreads>(),
    add_semaphore_operation<StdSemaphore, WorkerKind::kThreads>(),
    add_release<StdSemaphore, WorkerKind::kThreads>(),
    add_condition<StdCondition, WorkerKind::kThreads>(),
    add_condition_operation<StdCondition, WorkerKind::kThreads>(),
    add_barrier<StdBarrier, WorkerKind::kThreads>(),
    add_barrier_operation<StdBarrier, WorkerKind::kThreads>(),
    add_event<StdAtomicEvent, WorkerKind::kThreads>(),
    add_event_operation<StdAtomicEvent, WorkerKind::kThreads>(),
};

}  // namespace
}  // namespace scenarios
