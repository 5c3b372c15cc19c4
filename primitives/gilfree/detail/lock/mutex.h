// Mutex: exclusion that survives the death of the holder.
//
//   if (mutex.lock() == Locked::kAbandoned) repair();   // the previous owner died inside
//   mutex.unlock();
//
// The word holds the owner's token, so a waiter can ask whether the owner still lives and take the
// lock over from a dead one (docs/adr/0001-owner-words-not-robust-mutexes.md: why not a robust pthread
// mutex). Keep updates down to one committing store and repair() has nothing to do but ring.
//
// Cost        One compare-and-swap to lock, one plain store to unlock; no system call unless someone
//             sleeps. 40 bytes.
// Blocking    Waits as spin_policy.h says. A running thread may overtake one that wakes, which is what
//             makes it fast; but who has waited in vain for some microseconds says so, and the next
//             to unlock steps aside for a moment (docs/adr/0004-yield-to-starving-waiters.md).
// Crash       Killed in lock(): nothing, or held. Killed holding it: the next to come, or a waiter at
//             once (detail/wait/parker.h), takes over and is told. Killed in unlock(): free, and sleepers look
//             again. A stopped owner is not dead: others wait for it.
#pragma once

#include <sched.h>

#include <atomic>
#include <cstdint>
#include <optional>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/identity/participant.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

enum class Locked { kCleanly, kAbandoned };  // kAbandoned: the previous owner died holding it

template <Scope S>
class Mutex {
 public:
  Locked lock() { return *lock_until(kNever); }

  // Nothing if the deadline came first. Deadline::min() never waits.
  std::optional<Locked> lock_until(Deadline deadline) {
    if (take_over(kNoOwner)) [[likely]]
      return Locked::kCleanly;
    return lock_slow(deadline);
  }

  void unlock() {
    owner_.store(kNoOwner, std::memory_order_release);
    if (freed_.has_waiters()) [[unlikely]]
      unlock_slow();
  }

  // True if this thread holds it and took it over from one that died.
  bool is_inherited() const { return inherited_by_.load(std::memory_order_relaxed) == self<S>(); }
  bool is_mine() const { return owner_.load(std::memory_order_relaxed) == self<S>(); }
  bool is_locked() const {
    const OwnerId owner = owner_.load(std::memory_order_relaxed);
    return owner != kNoOwner && !is_dead<S>(owner);
  }

 private:
  static constexpr int kLooksUntilStarving = 12;  // some 4 us
  static constexpr int kPausesAside = 128;

  bool take_over(OwnerId from) {
    return owner_.compare_exchange_strong(from, self<S>(), std::memory_order_acquire,
                                          std::memory_order_relaxed);
  }

  std::optional<Locked> try_now() {
    const OwnerId owner = owner_.load(std::memory_order_relaxed);
    if (owner == kNoOwner)
      return take_over(kNoOwner) ? std::optional(Locked::kCleanly) : std::nullopt;
    if (!is_dead<S>(owner) || !take_over(owner)) return std::nullopt;
    inherited_by_.store(self<S>(), std::memory_order_relaxed);
    freed_.request_attention();  // so that unlock() forgets it
    return Locked::kAbandoned;
  }

  [[gnu::noinline]] std::optional<Locked> lock_slow(Deadline deadline) {
    if (deadline == kNow) return try_now();
    int looks = 0;
    const auto free = [&] {
      if (++looks % kLooksUntilStarving == 0) {
        starving_.store(1, std::memory_order_relaxed);
        freed_.request_attention();
      }
      return owner_.load(std::memory_order_relaxed) == kNoOwner;
    };
    const auto dead = [&] { return is_dead<S>(owner_.load(std::memory_order_relaxed)); };
    while (true) {
      if (const auto locked = try_now()) return locked;
      if (!freed_.wait(deadline, SpinPolicy::backing_off(), free, dead)) return std::nullopt;
    }
  }

  // What unlock() owes others, once it has unlocked.
  [[gnu::noinline]] void unlock_slow() {
    freed_.notify_one_slow();
    OwnerId me = self<S>();
    inherited_by_.compare_exchange_strong(me, kNoOwner, std::memory_order_relaxed);
    if (starving_.load(std::memory_order_relaxed) != 0) yield_to_starving();
  }

  // Gives whoever is hungry the time to take what is free; it may be dead or not running.
  void yield_to_starving() {
    starving_.store(0, std::memory_order_relaxed);
    for (int i = 0; i < kPausesAside; ++i) {
      if (owner_.load(std::memory_order_relaxed) != kNoOwner) return;
      relax();
    }
    ::sched_yield();
  }

  std::atomic<OwnerId> owner_{kNoOwner};
  EventCount<S> freed_;
  std::atomic<std::uint32_t> starving_{0};  // somebody waits in vain
  std::atomic<OwnerId> inherited_by_{kNoOwner};
};

}  // namespace gilfree::detail
