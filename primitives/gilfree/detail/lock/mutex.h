// Mutex: exclusion that survives the death of its owner.
//
//   if (mutex.lock() == Locked::kAbandoned) repair();   // the previous owner died inside
//   mutex.unlock();
//
// The word `owner_` holds the OwnerId of its owner, so a waiter can ask whether the owner still lives and
// take the mutex over from a dead one (docs/adr/0001-owner-words-not-robust-mutexes.md: why it is not a
// robust pthread mutex). If each update ends in one committing store, repair() has only to notify.
//
//   | owner_     | means       | which thread changes it, and how                                           |
//   | none       | unlocked    | any thread B, to B, by a compare-and-swap; its lock() returns kCleanly     |
//   | A, alive   | locked by A | A alone, to none, by the store in its unlock()                             |
//   | A, dead    | abandoned   | any thread B, from A to B, by a compare-and-swap; lock() returns kAbandoned |
//
// 1. The word changes in one atomic step, so a death leaves one of the three rows.
// 2. A waiter sleeps on `freed_` (event_count.h). unlock() stores the word, then looks at the waiter flag, so
//    the waiter sees the free word or is woken. It is not handed the mutex: it competes for it again.
// 3. unlock() touches the mutex after that store. So the mutex may be destroyed only when no thread is
//    in a call on it, also not in an unlock() that has let the next owner in.
// 4. `starving_` is a hint: it may be lost or stale, and then one unlock() yields in vain or not at all.
//
// Cost        One compare-and-swap to lock, one plain store to unlock; no system call unless a thread
//             sleeps. 24 bytes.
// Blocking    Waits as spin_policy.h says. A running thread may overtake one that wakes, which makes it
//             fast; but a waiter that has spun for 4 us sets `starving_`, and the next unlock yields
//             to it (docs/adr/0004-yield-to-starving-waiters.md).
// Crash       Killed in lock(): it holds the mutex or has changed nothing. Killed while it holds it: the next
//             thread to lock, or a waiter at once (detail/wait/parker.h), takes over and gets kAbandoned.
//             Killed in unlock() after the store: unlocked, and waiters look again because of the death.
//             A stopped owner is not dead: others wait for it.
#pragma once

#include <atomic>
#include <cstdint>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/identity/participant.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/detail/wait/wait_history.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

// How a wait for a mutex ended; kAbandoned: the previous owner died holding it. An enumeration and not
// an std::optional, which g++ 12 writes to the stack in two pieces and reads back as one: that read
// waits until the store buffer is empty (docs/adr/0003-biased-mutex.md).
enum class Locked { kTooLate, kCleanly, kAbandoned };

template <Scope S>
class Mutex {
 public:
  Locked lock() { return lock_until(kNever); }

  // kTooLate if the deadline came first. kNow never waits.
  [[nodiscard]] Locked lock_until(Deadline deadline) {
    if (take_over(kNoOwner)) [[likely]]
      return Locked::kCleanly;
    return lock_slow(deadline);
  }

  // For the locks inside a primitive, which are held for a few instructions: the same, but kNow waits for
  // the holder as well, for at most kHeartbeat. A try that finds another one at work is not refused; one
  // that finds the holder stopped comes back.
  [[nodiscard]] Locked lock_inner_until(Deadline deadline) {
    if (take_over(kNoOwner)) [[likely]]
      return Locked::kCleanly;
    return lock_slow(deadline == kNow ? after(kHeartbeat) : deadline);
  }

  void unlock() {
    owner_.store(kNoOwner, std::memory_order_release);
    if (freed_.has_waiters()) [[unlikely]]
      unlock_slow();
  }

  bool is_mine() const { return owner_.load(std::memory_order_relaxed) == self<S>(); }
  bool is_locked() const {
    const OwnerId owner = owner_.load(std::memory_order_relaxed);
    return owner != kNoOwner && !is_dead<S>(owner);
  }

 private:
  static constexpr int kLooksUntilStarving = 12;  // about 4 us
  static constexpr int kPausesAside = 128;  // 2 to 5 us, for the starving waiter to take the mutex

  bool take_over(OwnerId from) {
    return owner_.compare_exchange_strong(from, self<S>(), std::memory_order_acquire,
                                          std::memory_order_relaxed);
  }

  // One look, without waiting: takes a free mutex, or that of a dead owner; kTooLate: not taken.
  Locked try_now() {
    const OwnerId owner = owner_.load(std::memory_order_relaxed);
    if (owner == kNoOwner) return take_over(kNoOwner) ? Locked::kCleanly : Locked::kTooLate;
    if (!is_dead<S>(owner) || !take_over(owner)) return Locked::kTooLate;
    return Locked::kAbandoned;
  }

  [[gnu::noinline]] Locked lock_slow(Deadline deadline) {
    if (deadline == kNow) return try_now();
    int looks = 0;
    const auto free = [&] {
      // In vain for long enough: the next unlock() takes its slow path, and yields there.
      if (++looks % kLooksUntilStarving == 0) {
        starving_.store(1, std::memory_order_relaxed);
        freed_.request_attention();
      }
      return owner_.load(std::memory_order_relaxed) == kNoOwner;
    };
    const auto dead = [&] { return is_dead<S>(owner_.load(std::memory_order_relaxed)); };
    // Until it has the mutex: what wait() returns says that the word was free, or its owner dead, a moment ago.
    while (true) {
      if (const auto locked = try_now(); locked != Locked::kTooLate) return locked;
      if (freed_.wait(deadline, SpinPolicy::backing_off(), free, dead) == Waited::kTooLate) {
        return Locked::kTooLate;
      }
    }
  }

  // The rest of unlock(), after the store that frees the word: another thread may hold the mutex by now.
  [[gnu::noinline]] void unlock_slow() {
    freed_.notify_one_slow();
    if (starving_.load(std::memory_order_relaxed) != 0) yield_to_starving();
  }

  // Gives a starving waiter time to take the free mutex; it may be dead or not running.
  void yield_to_starving() {
    starving_.store(0, std::memory_order_relaxed);
    for (int i = 0; i < kPausesAside; ++i) {
      if (owner_.load(std::memory_order_relaxed) != kNoOwner) return;
      relax();
    }
    yield_briefly();
  }

  std::atomic<OwnerId> owner_{kNoOwner};
  EventCount<S> freed_;
  std::atomic<std::uint32_t> starving_{0};  // a waiter has spun in vain
};
static_assert(sizeof(Mutex<Threads>) == 24 && sizeof(Mutex<Processes>) == 24, "as said under Cost");

}  // namespace gilfree::detail
