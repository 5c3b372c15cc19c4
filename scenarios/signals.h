// Signals: events as they are, and condition variables, semaphores and barriers made into the same.
#pragma once

#include <concepts>

#include "scenarios/semaphore_pool.h"

namespace scenarios {

// A condition variable together with its lock.
template <typename C>
concept ConditionVariable = Exclusion<C> && requires(C& condition) {
  condition.wait();
  condition.notify_one();
  condition.notify_all();
  // Whether it must be notified under the lock, as Python's must. The others are notified after
  // unlocking, which is the better practice: the woken worker finds the lock free.
  { C::kNotifyUnderLock } -> std::convertible_to<bool>;
};

// Workers wait for each other, round after round.
template <typename C>
concept Rendezvous = HasFacts<C> && std::constructible_from<C, int> && requires(C& barrier) {
  barrier.wait();
};

// What one worker waits for and another one wakes it by. Each wake() is for one wait(), in turn; the
// waiter makes it ready for the next by rearm(), if it has that.
template <typename C>
concept Signal = HasFacts<C> && std::default_initializable<C> && requires(C& signal) {
  signal.wait();
  signal.wake();
};

template <Signal C>
void rearm(C& signal) {
  if constexpr (requires { signal.rearm(); }) signal.rearm();
}

template <ConditionVariable C, WorkerKind K, bool kAll>
class Notification {
 public:
  static constexpr Facts kFacts = C::kFacts;
  static constexpr bool kSharesItself = true;  // its parts are shared objects

  void wait() {
    condition_->lock();
    while (!*set_) condition_->wait();
    *set_ = false;
    condition_->unlock();
  }
  void wake() {
    condition_->lock();
    *set_ = true;
    if constexpr (C::kNotifyUnderLock) notify();
    condition_->unlock();
    if constexpr (!C::kNotifyUnderLock) notify();
  }

 private:
  void notify() { kAll ? condition_->notify_all() : condition_->notify_one(); }

  SharedObject<C, K> condition_;
  SharedObject<bool, K> set_{false};  // guarded by condition_
};

template <Permits C, WorkerKind K>
class PermitSignal {
 public:
  static constexpr Facts kFacts = C::kFacts;
  static constexpr bool kSharesItself = true;

  void wait() { permits_->acquire(); }
  void wake() { permits_->release(); }

 private:
  SharedObject<C, K> permits_{0};
};

// A barrier of two: the worker that comes second wakes the first.
template <Rendezvous C, WorkerKind K>
class BarrierSignal {
 public:
  static constexpr Facts kFacts = C::kFacts;
  static constexpr bool kSharesItself = true;

  void wait() { barrier_->wait(); }
  void wake() { barrier_->wait(); }

 private:
  SharedObject<C, K> barrier_{2};
};

}  // namespace scenarios
