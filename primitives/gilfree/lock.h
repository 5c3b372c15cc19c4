// Lock: one holder at a time. RLock: the same, and the holder may take it again.
//
//   mp::Lock lock;                                    // made before the fork, inherited by children
//   {
//     const std::scoped_lock hold(lock);
//     if (lock.abandoned()) repair(file);             // the previous holder died in the middle
//     append(file);
//   }
//   const std::unique_lock hold(lock, 1s);            // at most that long: hold.owns_lock()
//
// Python's multiprocessing.Lock and RLock, threading.Lock and RLock. They are std's TimedLockable.
//
// Order       None: a running thread may overtake one that is waking. unlock yields for a moment to a
//             waiter that has spun for about 4 us, so that shares are even; no wait is bounded
//             (docs/adr/0004-yield-to-starving-waiters.md).
// Cost        Uncontended a compare-and-swap to lock, a store to unlock; an RLock taken again, a load
//             and a store. No system call unless a thread has to sleep or be woken.
// Blocking    lock waits for ever: it spins for 50 us at most, then sleeps. try_lock never waits; _for and
//             _until wait at most that long and return false if it was too long, also for a holder
//             that is stopped.
// Errors      std::system_error: unlock of a lock that this thread does not hold
//             (operation_not_permitted); lock of a Lock that this thread holds already, which would
//             wait for ever (resource_deadlock_would_occur). A negative timeout: std::invalid_argument.
//             A Lock that is destroyed while held ends the program with a message, as a joinable
//             std::thread does, unless an exception is on its way out, which has a message of its own.
//             One by name only writes the message, and stays held until the thread ends: that it is held
//             may be what another program has written there.
// Visibility  unlock synchronizes with the next lock. It touches the lock after it has let the next
//             holder in: destroy a lock only when each thread has returned from its unlock, for
//             example after joining the threads. Getting the lock once more is not enough
//             (docs/adr/0021-who-may-destroy-what.md says why).
// Crash       A process may be killed at any instruction. A lock that it held passes to the next one
//             that asks, or at once to a waiter, and abandoned() is true for that holder and for no
//             later one. An RLock is then held once, however often the dead one held it. A thread that
//             ends holding an mp lock has abandoned it; a th lock stays held, as in Python.
#pragma once

#include "gilfree/version.h"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string_view>
#include <system_error>
#include <utility>

#include "gilfree/deadline.h"
#include "gilfree/detail/identity/owner_id.h"
#include "gilfree/detail/lock/mutex.h"
#include "gilfree/detail/memory/state_memory.h"
#include "gilfree/named.h"
#include "gilfree/scope.h"

namespace gilfree {

namespace detail {

// `mutex` guards all of it.
template <Scope S>
struct LockState {
  Mutex<S> mutex;
  std::uint32_t depth = 0;         // how often an RLock is held
  std::uint8_t was_abandoned = 0;  // the holder before the present one died holding it
};

// What Lock and RLock have in common.
template <Scope S>
class AnyLock {
 public:
  // A lock of its own, or one under a name for unrelated processes (named.h).
  AnyLock() : state_memory_(0) {}
  AnyLock(create_only_t tag, std::string_view name)
      : state_memory_(tag, name, 0), kind_(Kind::kNamed) {}
  AnyLock(open_only_t tag, std::string_view name) : state_memory_(tag, name), kind_(Kind::kNamed) {}
  AnyLock(open_or_create_t tag, std::string_view name)
      : state_memory_(tag, name, 0), kind_(Kind::kNamed) {}
  // A view of a lock that lies within another state.
  explicit AnyLock(StateMemory<LockState<S>, S> memory)
      : state_memory_(std::move(memory)), kind_(Kind::kView) {}
  AnyLock(const AnyLock&) = delete;
  AnyLock& operator=(const AnyLock&) = delete;

  // Returns true if a thread or process holds it. May have changed when it returns.
  bool locked() const { return state_memory_->mutex.is_locked(); }
  // Returns true if this thread holds it.
  bool owned() const { return state_memory_->mutex.is_mine(); }
  // Returns true if this thread holds it and the previous holder died holding it. What it guards may be
  // half changed then.
  bool abandoned() const { return owned() && state_memory_->was_abandoned; }

  // For Condition: releases the lock however often it is held and returns how often that was; takes it
  // back as often.
  std::uint32_t release_fully() {
    const auto depth = std::exchange(state_memory_->depth, 0);
    state_memory_->mutex.unlock();
    return depth;
  }
  void take_back(std::uint32_t depth) {
    (void)take(kNever);
    state_memory_->depth = depth;
  }

 protected:
  ~AnyLock() {
    const bool held = S::kAcrossProcesses ? owned() : is_held_here();
    if (kind_ == Kind::kView || !held || std::uncaught_exceptions() != 0) return;
    std::fputs("gilfree::Lock: destroyed while held; unlock it first\n", stderr);
    if (kind_ == Kind::kOwn) std::terminate();
  }

  bool take(Deadline deadline) {
    const auto locked = state_memory_->mutex.lock_until(deadline);
    if (locked == Locked::kTooLate) return false;
    state_memory_->was_abandoned = locked == Locked::kAbandoned;
    return true;
  }
  void require_mine(const char* message) const {
    if (!owned()) [[unlikely]]
      throw std::system_error(std::make_error_code(std::errc::operation_not_permitted), message);
  }

  StateMemory<LockState<S>, S> state_memory_;

 private:
  // By a thread of this process: a forked child has inherited what the others held, and not them.
  bool is_held_here() const {
    return state_memory_->mutex.is_locked() && made_by_ == this_process_id();
  }

  // That a named lock is held may be another program's lie, which ends no process.
  enum class Kind : std::uint8_t { kOwn, kNamed, kView };

  const Kind kind_ = Kind::kOwn;
  const OwnerId made_by_ = this_process_id();
};

}  // namespace detail

// A mutex. locked(), owned() and abandoned(): AnyLock, above.
template <Scope S = Processes>
class Lock : public detail::AnyLock<S> {
 public:
  using detail::AnyLock<S>::AnyLock;

  // Takes the lock, waiting until it is free.
  void lock() {
    if (!this->take(kNow)) wait_for_ever();
  }
  // The same without waiting, or waiting at most that long. Return false if it was not free by then.
  [[nodiscard]] bool try_lock() { return this->take(kNow); }
  [[nodiscard]] bool try_lock_for(Timeout timeout) { return this->take(timeout.deadline()); }
  template <typename C, typename D>
  [[nodiscard]] bool try_lock_until(std::chrono::time_point<C, D> time) {
    return this->take(to_deadline(time));
  }
  // Lets the next thread in. Only the holder may call it.
  void unlock() {
    this->require_mine("gilfree::Lock::unlock: this thread does not hold it; lock it first");
    this->state_memory_->mutex.unlock();
  }

 private:
  [[gnu::noinline]] void wait_for_ever() {
    if (this->state_memory_->mutex.is_mine()) {
      throw std::system_error(
          std::make_error_code(std::errc::resource_deadlock_would_occur),
          "gilfree::Lock::lock: this thread holds it already; use an RLock to take it again");
    }
    (void)this->take(kNever);
  }
};

// A recursive mutex, with the same members.
template <Scope S = Processes>
class RLock : public detail::AnyLock<S> {
 public:
  using detail::AnyLock<S>::AnyLock;

  // Takes the lock, once more if this thread holds it already. Call unlock() as often.
  void lock() { (void)take_again_or(kNever); }
  // The same without waiting, or waiting at most that long. Return false if it was not free by then.
  [[nodiscard]] bool try_lock() { return take_again_or(kNow); }
  [[nodiscard]] bool try_lock_for(Timeout timeout) { return take_again_or(timeout.deadline()); }
  template <typename C, typename D>
  [[nodiscard]] bool try_lock_until(std::chrono::time_point<C, D> time) {
    return take_again_or(to_deadline(time));
  }
  // Undoes one lock(); the last one lets the next thread in. Only the holder may call it.
  void unlock() {
    this->require_mine("gilfree::RLock::unlock: this thread does not hold it; lock it first");
    auto& state = *this->state_memory_;
    if (state.depth > 1) {
      --state.depth;
    } else {  // also if an unrelated process has written a 0 there
      state.mutex.unlock();
    }
  }

 private:
  bool take_again_or(Deadline deadline) {
    auto& state = *this->state_memory_;
    if (state.mutex.is_mine()) {
      ++state.depth;
      return true;
    }
    if (!this->take(deadline)) return false;
    state.depth = 1;  // whatever a dead holder's was
    return true;
  }
};

}  // namespace gilfree
