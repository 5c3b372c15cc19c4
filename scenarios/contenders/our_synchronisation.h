// Ours: Lock, RLock, Semaphore, BoundedSemaphore, Event, Condition and Barrier, in both scopes.
#pragma once

#include <type_traits>

#include "scenarios/contenders/synchronisation.h"

#include <gilfree/barrier.h>
#include <gilfree/condition.h>
#include <gilfree/event.h>
#include <gilfree/lock.h>
#include <gilfree/semaphore.h>

namespace scenarios {

template <Scope S>
using OurScope = std::conditional_t<S == Scope::kThreads, gilfree::Threads, gilfree::Processes>;

template <Scope S>
class OurLock : public gilfree::Lock<OurScope<S>> {
 public:
  static constexpr Facts kFacts{.name = "lock", .primitive = "lock", .wait = "adaptive"};
  static constexpr bool kSharesItself = true;
};

template <Scope S>
class OurRLock : public gilfree::RLock<OurScope<S>> {
 public:
  static constexpr Facts kFacts{.name = "rlock", .primitive = "rlock", .wait = "adaptive"};
  static constexpr bool kSharesItself = true;
};

template <Scope S>
class OurSemaphore : public gilfree::Semaphore<OurScope<S>> {
 public:
  static constexpr Facts kFacts{.name = "semaphore", .primitive = "semaphore", .wait = "adaptive"};
  static constexpr bool kSharesItself = true;
  explicit OurSemaphore(int permits) : gilfree::Semaphore<OurScope<S>>(permits) {}
};

template <Scope S>
class OurBoundedSemaphore : public gilfree::BoundedSemaphore<OurScope<S>> {
 public:
  static constexpr Facts kFacts{
      .name = "bounded_semaphore", .primitive = "semaphore", .wait = "adaptive"};
  static constexpr bool kSharesItself = true;
  explicit OurBoundedSemaphore(int permits) : gilfree::BoundedSemaphore<OurScope<S>>(permits) {}
};

template <Scope S>
class OurCondition : public gilfree::Condition<OurScope<S>> {
 public:
  static constexpr Facts kFacts{.name = "condition", .primitive = "condition", .wait = "adaptive"};
  static constexpr bool kSharesItself = true;
  static constexpr bool kNotifyUnderLock = true;
};

template <Scope S>
class OurBarrier : public gilfree::Barrier<OurScope<S>> {
 public:
  static constexpr Facts kFacts{.name = "barrier", .primitive = "barrier", .wait = "adaptive"};
  static constexpr bool kSharesItself = true;
  explicit OurBarrier(int parties) : gilfree::Barrier<OurScope<S>>(parties) {}
};

template <Scope S>
class OurEvent {
 public:
  static constexpr Facts kFacts{.name = "event", .primitive = "event", .wait = "adaptive"};
  static constexpr bool kSharesItself = true;

  void wait() { event_.wait(); }
  void wake() { event_.set(); }
  void rearm() { event_.clear(); }

 private:
  gilfree::Event<OurScope<S>> event_;
};

}  // namespace scenarios
