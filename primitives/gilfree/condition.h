// Condition: wait, without holding a lock, until another thread or process notifies.
//
//   mp::Condition changed;                             // with a lock of its own
//   {
//     std::unique_lock hold(changed);                  // one side
//     changed.wait([&] { return !jobs->empty(); });
//   }
//   {
//     const std::scoped_lock hold(changed);            // the other
//     jobs->add(job);
//     changed.notify_one();
//   }
//
// Python's multiprocessing.Condition and threading.Condition. Over a Lock or an RLock that is given
// (several may share one), or an RLock of its own; wait releases it fully, however often it is held.
//
// Order       notify wakes those that have waited longest.
// Cost        notify without a waiter: two loads. With: a look at each waiter, a store and perhaps a
//             system call for each that is notified. Room for 1023 waiters at a time, 32 KiB.
// Blocking    wait waits until it is notified: it spins for 50 us at most, then sleeps, then waits for the
//             lock. wait_for and wait_until wait at most that long and then for the lock, without a
//             limit, since they return holding it. They return true if notified in time; with a
//             predicate, what it returns in the end. There are no spurious wake-ups.
// Errors      std::system_error if this thread does not hold the lock (operation_not_permitted) or 1023
//             wait already (resource_unavailable_try_again). std::invalid_argument: a negative timeout,
//             or notify of less than one.
// Visibility  That of the lock. A Condition over a lock that is given may be destroyed by a thread that
//             was notified and holds the lock, once no other thread waits: notify does not touch it after
//             the lock is free. One with a lock of its own: only when each thread has returned from its
//             unlock (lock.h).
// Crash       A process may be killed at any instruction. A waiter that dies consumes no notification:
//             one that it was given and did not return with goes at once to the next of those that
//             waited when it was given. A notifier that dies in the middle has notified some or none of
//             those it meant to. A lock that a dead process held passes on: lock.h, abandoned().
#pragma once

#include "gilfree/version.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "gilfree/deadline.h"
#include "gilfree/detail/lock/wait_queue.h"
#include "gilfree/detail/memory/state_memory.h"
#include "gilfree/detail/wait/wait_history.h"
#include "gilfree/lock.h"
#include "gilfree/named.h"
#include "gilfree/scope.h"

namespace gilfree {

template <Scope S = Processes>
class Condition {
 public:
  // With a lock of its own, an RLock; over a lock that is given and outlives it; or under a name, with a
  // lock of its own.
  Condition() : state_memory_(0), own_(lock_of(state_memory_)), again_(&own_) {}
  explicit Condition(Lock<S>& lock)
      : state_memory_(0), own_(lock_of(state_memory_)), once_(&lock) {}
  explicit Condition(RLock<S>& lock)
      : state_memory_(0), own_(lock_of(state_memory_)), again_(&lock) {}
  Condition(create_only_t tag, std::string_view name)
      : state_memory_(tag, name, 0), own_(lock_of(state_memory_)), again_(&own_) {}
  Condition(open_only_t tag, std::string_view name)
      : state_memory_(tag, name), own_(lock_of(state_memory_)), again_(&own_) {}
  Condition(open_or_create_t tag, std::string_view name)
      : state_memory_(tag, name, 0), own_(lock_of(state_memory_)), again_(&own_) {}
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;

  // Lock and unlock its lock, so that a guard takes the condition itself.
  void lock() { once_ != nullptr ? once_->lock() : again_->lock(); }
  [[nodiscard]] bool try_lock() {
    return once_ != nullptr ? once_->try_lock() : again_->try_lock();
  }
  // Return false if the lock was not free by then.
  [[nodiscard]] bool try_lock_for(Timeout timeout) { return try_lock_until(timeout.deadline()); }
  template <typename C, typename D>
  [[nodiscard]] bool try_lock_until(std::chrono::time_point<C, D> time) {
    return once_ != nullptr ? once_->try_lock_until(time) : again_->try_lock_until(time);
  }
  void unlock() { once_ != nullptr ? once_->unlock() : again_->unlock(); }

  // Releases the lock, waits for a notification, and takes the lock again. With a predicate: until
  // ready() is true, which is called holding the lock.
  void wait() { (void)wait_till(kNever); }
  template <typename Predicate>
  void wait(Predicate ready) {
    require_lock(kWaitNeedsTheLock);
    while (!ready()) wait();
  }
  // The same, at most that long. Return false if no notification came in time, or ready() is false.
  // The lock is held when they return, in either case.
  bool wait_for(Timeout timeout) { return wait_till(timeout.deadline()); }
  template <typename Predicate>
  bool wait_for(Timeout timeout, Predicate ready) {
    return wait_until(timeout.deadline(), ready);
  }
  template <typename C, typename D>
  bool wait_until(std::chrono::time_point<C, D> time) {
    return wait_till(to_deadline(time));
  }
  template <typename C, typename D, typename Predicate>
  bool wait_until(std::chrono::time_point<C, D> time, Predicate ready) {
    require_lock(kWaitNeedsTheLock);
    while (!ready()) {
      if (!wait_till(to_deadline(time))) return ready();
    }
    return true;
  }

  // Notify one waiter, up to `waiters`, or all of those that wait at this moment. Hold the lock.
  void notify_one() { notify(1); }
  void notify(std::int64_t waiters) {
    require_lock("gilfree::Condition::notify: this thread does not hold the lock; lock it first");
    if (waiters < 1) throw std::invalid_argument("gilfree::Condition::notify: at least one waiter");
    state_memory_->waiting.notify(waiters);
  }
  void notify_all() { notify(detail::WaitQueue<S>::kMost); }

 private:
  // In shared memory. A condition over a lock that is given does not use `lock`.
  struct State {
    detail::LockState<S> lock;
    detail::WaitQueue<S> waiting;  // guarded by the lock, be it this or another
  };
  using StateMemory = detail::StateMemory<State, S>;

  static detail::StateMemory<detail::LockState<S>, S> lock_of(const StateMemory& memory) {
    return {memory, memory->lock};
  }

  static constexpr char kWaitNeedsTheLock[] =
      "gilfree::Condition::wait: this thread does not hold the lock; lock it first";

  detail::AnyLock<S>& any_lock() const {
    return once_ != nullptr ? static_cast<detail::AnyLock<S>&>(*once_) : *again_;
  }
  void require_lock(const char* message) const {
    if (any_lock().owned()) return;
    throw std::system_error(std::make_error_code(std::errc::operation_not_permitted), message);
  }

  // 1. Enters the queue of waiters while it holds the lock, so no notification is missed.
  // 2. Releases the lock fully, sleeps on its own word, and takes the lock back as often as it held it.
  // 3. Passes on the notifications of waiters that died, under the lock.
  // 4. Leaves the queue: a notification that came with the deadline counts.
  bool wait_till(Deadline deadline) {
    require_lock(kWaitNeedsTheLock);
    auto& waiting = state_memory_->waiting;
    auto& mine = waiting.join();
    while (true) {
      const auto depth = any_lock().release_fully();
      const bool in_time = waiting.await(mine, deadline);
      // The kernel may have preferred this thread to a notifier that has not released the lock yet.
      if (waiting.was_notified_here(mine) && any_lock().locked()) detail::yield_briefly();
      any_lock().take_back(depth);
      waiting.pass_on_notifications_of_the_dead();
      if (mine.is_notified() || !in_time) return waiting.leave(mine);
    }
  }

  StateMemory state_memory_;
  RLock<S> own_;  // its state lies within state_memory_
  Lock<S>* once_ = nullptr;
  RLock<S>* again_ = nullptr;
};

}  // namespace gilfree
