// Synchronisation: what the contenders of lock_contention, semaphore_pool and wakeup are.
//
// Each is made before the parties start, where all of them see it (placed.h), for one scope. One file
// a library; the lists are in synchronisation_roster.h.
#pragma once

#include <concepts>

#include "scenarios/contenders/contender.h"
#include "scenarios/contenders/placed.h"
#include "scenarios/scope.h"

namespace scenarios {

template <typename C>
concept Contender = requires {
  { C::kFacts } -> std::convertible_to<Facts>;
};

// One holder at a time.
template <typename C>
concept Exclusion = Contender<C> && std::default_initializable<C> && requires(C& lock) {
  lock.lock();
  lock.unlock();
};

// As many holders at a time as there are permits.
template <typename C>
concept Permits = Contender<C> && std::constructible_from<C, int> && requires(C& permits) {
  permits.acquire();
  permits.release();
};

// A condition variable together with its lock.
template <typename C>
concept ConditionVariable = Exclusion<C> && requires(C& condition) {
  condition.wait();
  condition.notify_one();
  condition.notify_all();
  // Whether it must be notified under the lock, as Python's must. The others are notified after
  // unlocking, which is the better practice: the woken one finds the lock free.
  { C::kNotifyUnderLock } -> std::convertible_to<bool>;
};

// Parties wait for each other, round after round.
template <typename C>
concept Rendezvous = Contender<C> && std::constructible_from<C, int> && requires(C& barrier) {
  barrier.wait();
};

// What one party waits for and another one wakes it by. Each wake() is for one wait(), in turn; one
// that needs it is made ready for the next by rearm(), called by the waiter.
template <typename C>
concept Signal = Contender<C> && std::default_initializable<C> && requires(C& signal) {
  signal.wait();
  signal.wake();
};

template <Signal C>
void rearm(C& signal) {
  if constexpr (requires { signal.rearm(); }) signal.rearm();
}

// The others as signals. Each places its parts itself.

template <ConditionVariable C, Scope S, bool kAll>
class Notification {
 public:
  static constexpr Facts kFacts = C::kFacts;
  static constexpr bool kSharesItself = true;

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

  Placed<C, S> condition_;
  Placed<bool, S> set_{false};  // guarded by condition_
};

template <Permits C, Scope S>
class Release {
 public:
  static constexpr Facts kFacts = C::kFacts;
  static constexpr bool kSharesItself = true;

  void wait() { permits_->acquire(); }
  void wake() { permits_->release(); }

 private:
  Placed<C, S> permits_{0};
};

// Who comes last wakes the other.
template <Rendezvous C, Scope S>
class Round {
 public:
  static constexpr Facts kFacts = C::kFacts;
  static constexpr bool kSharesItself = true;

  void wait() { barrier_->wait(); }
  void wake() { barrier_->wait(); }

 private:
  Placed<C, S> barrier_{2};
};

}  // namespace scenarios
