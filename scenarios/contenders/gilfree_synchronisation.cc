// gilfree's Lock, RLock, Semaphore, BoundedSemaphore, Event, Condition, Barrier and Value, between
// threads and between processes.
#include "scenarios/single_operation.h"
#include "scenarios/support/gilfree_scope.h"

#include <gilfree/barrier.h>
#include <gilfree/condition.h>
#include <gilfree/event.h>
#include <gilfree/lock.h>
#include <gilfree/semaphore.h>
#include <gilfree/value.h>

namespace scenarios {
namespace {

template <WorkerKind K>
class GilfreeLock : public gilfree::Lock<GilfreeScope<K>> {
 public:
  static constexpr Facts kFacts{.name = "lock",
                                .label = "gilfree Lock",
                                .family = "gilfree",
                                .primitive = "lock",
                                .wait = "adaptive"};
  static constexpr bool kTakesDelay = true;
  static constexpr bool kSharesItself = true;
};

template <WorkerKind K>
class GilfreeRLock : public gilfree::RLock<GilfreeScope<K>> {
 public:
  static constexpr Facts kFacts{.name = "rlock",
                                .label = "gilfree RLock",
                                .family = "gilfree",
                                .primitive = "rlock",
                                .wait = "adaptive"};
  static constexpr bool kSharesItself = true;
};

template <WorkerKind K>
class GilfreeSemaphore : public gilfree::Semaphore<GilfreeScope<K>> {
 public:
  static constexpr Facts kFacts{.name = "semaphore",
                                .label = "gilfree Semaphore",
                                .family = "gilfree",
                                .primitive = "semaphore",
                                .wait = "adaptive"};
  static constexpr bool kSharesItself = true;
  explicit GilfreeSemaphore(int permits) : gilfree::Semaphore<GilfreeScope<K>>(permits) {}
};

template <WorkerKind K>
class GilfreeBoundedSemaphore : public gilfree::BoundedSemaphore<GilfreeScope<K>> {
 public:
  static constexpr Facts kFacts{.name = "bounded_semaphore",
                                .label = "gilfree BoundedSemaphore",
                                .family = "gilfree",
                                .primitive = "semaphore",
                                .wait = "adaptive"};
  static constexpr bool kSharesItself = true;
  explicit GilfreeBoundedSemaphore(int permits)
      : gilfree::BoundedSemaphore<GilfreeScope<K>>(permits) {}
};

template <WorkerKind K>
class GilfreeCondition : public gilfree::Condition<GilfreeScope<K>> {
 public:
  static constexpr Facts kFacts{.name = "condition",
                                .label = "gilfree Condition",
                                .family = "gilfree",
                                .primitive = "condition",
                                .wait = "adaptive"};
  static constexpr bool kSharesItself = true;
  static constexpr bool kNotifyUnderLock = true;
};

template <WorkerKind K>
class GilfreeBarrier : public gilfree::Barrier<GilfreeScope<K>> {
 public:
  static constexpr Facts kFacts{.name = "barrier",
                                .label = "gilfree Barrier",
                                .family = "gilfree",
                                .primitive = "barrier",
                                .wait = "adaptive"};
  static constexpr bool kSharesItself = true;
  explicit GilfreeBarrier(int workers) : gilfree::Barrier<GilfreeScope<K>>(workers) {}
};

template <WorkerKind K>
class GilfreeEvent {
 public:
  static constexpr Facts kFacts{.name = "event",
                                .label = "gilfree Event",
                                .family = "gilfree",
                                .primitive = "event",
                                .wait = "adaptive"};
  static constexpr bool kSharesItself = true;

  void wait() { event_.wait(); }
  void wake() { event_.set(); }
  void rearm() { event_.clear(); }

 private:
  gilfree::Event<GilfreeScope<K>> event_;
};

template <WorkerKind K>
Registration add_value_operation() {
  const bool threads = K == WorkerKind::kThreads;
  const Facts facts{.name = threads ? "th_value_increment" : "mp_value_increment",
                    .label = "gilfree Value: increment, locked",
                    .family = "gilfree",
                    .primitive = "value",
                    .wait = "adaptive"};
  return add_operation(facts, K, [](harness::Run& run) {
    gilfree::Value<long, GilfreeScope<K>> value(0);
    run.operation([&] {
      value.lock();
      ++value.value();
      value.unlock();
    });
  });
}

template <template <WorkerKind> typename L, WorkerKind K>
void add_lock_and_operation() {
  add_lock<L<K>, K>();
  add_lock_operation<L<K>, K>();
}

template <template <WorkerKind> typename P, WorkerKind K>
void add_semaphore_and_operation() {
  add_semaphore<P<K>, K>();
  add_semaphore_operation<P<K>, K>();
}

template <WorkerKind K>
Registration add_all() {
  add_lock_and_operation<GilfreeLock, K>();
  add_lock_and_operation<GilfreeRLock, K>();
  add_semaphore_and_operation<GilfreeSemaphore, K>();
  add_semaphore_and_operation<GilfreeBoundedSemaphore, K>();
  add_release<GilfreeSemaphore<K>,
              K>();  // a bounded one cannot begin with no permit and be released
  add_condition<GilfreeCondition<K>, K>();
  add_condition_operation<GilfreeCondition<K>, K>();
  add_barrier<GilfreeBarrier<K>, K>();
  add_barrier_operation<GilfreeBarrier<K>, K>();
  add_event<GilfreeEvent<K>, K>();
  add_event_operation<GilfreeEvent<K>, K>();
  return add_value_operation<K>();
}

const Registration registered[] = {
    add_all<WorkerKind::kThreads>(),
    add_all<WorkerKind::kProcesses>(),
};

}  // namespace
}  // namespace scenarios
