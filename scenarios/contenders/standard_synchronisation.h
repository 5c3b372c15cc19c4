// The standard library's: between threads only.
#pragma once

#include <atomic>
#include <barrier>
#include <condition_variable>
#include <mutex>
#include <semaphore>

#include "scenarios/contenders/synchronisation.h"

namespace scenarios {

class StdMutex : public std::mutex {
 public:
  static constexpr Facts kFacts{.name = "std_mutex", .primitive = "lock", .wait = "block"};
};

class StdRecursiveMutex : public std::recursive_mutex {
 public:
  static constexpr Facts kFacts{
      .name = "std_recursive_mutex", .primitive = "rlock", .wait = "block"};
};

class StdSemaphore : public std::counting_semaphore<> {
 public:
  static constexpr Facts kFacts{
      .name = "std_counting_semaphore", .primitive = "semaphore", .wait = "adaptive"};
  explicit StdSemaphore(int permits) : counting_semaphore(permits) {}
};

class StdCondition {
 public:
  static constexpr Facts kFacts{
      .name = "std_condition_variable", .primitive = "condition", .wait = "block"};
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
  static constexpr Facts kFacts{.name = "std_barrier", .primitive = "barrier", .wait = "adaptive"};
  explicit StdBarrier(int parties) : barrier_(parties) {}
  void wait() { barrier_.arrive_and_wait(); }

 private:
  std::barrier<> barrier_;
};

// An event made of an atomic's wait and notify_all.
class StdAtomicEvent {
 public:
  static constexpr Facts kFacts{
      .name = "std_atomic_wait", .primitive = "event", .wait = "adaptive"};

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

}  // namespace scenarios
