// Mutex: exclusion that survives the death of the holder.
//
//   if (mutex.lock() == Locked::kAbandoned) repair();   // the previous owner died inside
//   mutex.unlock();
//
// The word holds the owner's token, so a waiter can ask whether the owner still lives and take the
// lock over from a dead one (docs/0001-owner-words-not-robust-mutexes.md: why not a robust pthread
// mutex). Keep updates down to one committing store and repair() has nothing to do but ring.
//
// Cost        One compare-and-swap to lock, one plain store to unlock; no system call unless someone
//             sleeps. 40 bytes.
// Blocking    Waits as patience.h says. A running thread may overtake one that wakes, which is what
//             makes it fast; but who has waited in vain for some microseconds says so, and the next
//             to unlock steps aside for a moment (docs/0004-polite-unlock.md).
// Crash       Killed in lock(): nothing, or held. Killed holding it: the next to come, or a waiter at
//             once (core/sleep.h), takes over and is told. Killed in unlock(): free, and sleepers look
//             again. A stopped owner is not dead: others wait for it.
#pragma once

#include <sched.h>

#include <atomic>
#include <cstdint>
#include <optional>

#include "primitives/core/doorbell.h"
#include "primitives/core/participant.h"
#include "primitives/core/scope.h"

namespace gilfree::core {

enum class Locked { kCleanly, kAbandoned };  // kAbandoned: the previous owner died holding it

template <Scope S>
class Mutex {
 public:
  Locked lock() { return *lock_until(kNever); }

  // Nothing if the deadline came first. Deadline::min() never waits.
  std::optional<Locked> lock_until(Deadline deadline) {
    if (take_over(kNobody)) [[likely]]
      return Locked::kCleanly;
    return lock_slowly(deadline);
  }

  void unlock() {
    owner_.store(kNobody, std::memory_order_release);
    if (freed_.is_wanted()) [[unlikely]]
      attend();
  }

  // True if this thread holds it and took it over from one that died.
  bool is_inherited() const { return inherited_by_.load(std::memory_order_relaxed) == self<S>(); }
  bool is_mine() const { return owner_.load(std::memory_order_relaxed) == self<S>(); }
  bool is_locked() const {
    const Token owner = owner_.load(std::memory_order_relaxed);
    return owner != kNobody && !is_dead<S>(owner);
  }

 private:
  static constexpr int kLooksTillHungry = 12;  // some 4 us
  static constexpr int kPausesAside = 128;

  bool take_over(Token from) {
    return owner_.compare_exchange_strong(from, self<S>(), std::memory_order_acquire,
                                          std::memory_order_relaxed);
  }

  std::optional<Locked> try_now() {
    const Token owner = owner_.load(std::memory_order_relaxed);
    if (owner == kNobody)
      return take_over(kNobody) ? std::optional(Locked::kCleanly) : std::nullopt;
    if (!is_dead<S>(owner) || !take_over(owner)) return std::nullopt;
    inherited_by_.store(self<S>(), std::memory_order_relaxed);
    freed_.draw_attention();  // so that unlock() forgets it
    return Locked::kAbandoned;
  }

  [[gnu::noinline]] std::optional<Locked> lock_slowly(Deadline deadline) {
    if (deadline == kNow) return try_now();
    int looks = 0;
    const auto free = [&] {
      if (++looks % kLooksTillHungry == 0) {
        hungry_.store(1, std::memory_order_relaxed);
        freed_.draw_attention();
      }
      return owner_.load(std::memory_order_relaxed) == kNobody;
    };
    const auto dead = [&] { return is_dead<S>(owner_.load(std::memory_order_relaxed)); };
    while (true) {
      if (const auto locked = try_now()) return locked;
      if (!freed_.wait(deadline, Patience::backing_off(), free, dead)) return std::nullopt;
    }
  }

  // What unlock() owes others, once it has unlocked.
  [[gnu::noinline]] void attend() {
    freed_.ring_one();
    Token me = self<S>();
    inherited_by_.compare_exchange_strong(me, kNobody, std::memory_order_relaxed);
    if (hungry_.load(std::memory_order_relaxed) != 0) step_aside();
  }

  // Gives whoever is hungry the time to take what is free; it may be dead or not running.
  void step_aside() {
    hungry_.store(0, std::memory_order_relaxed);
    for (int i = 0; i < kPausesAside; ++i) {
      if (owner_.load(std::memory_order_relaxed) != kNobody) return;
      relax();
    }
    ::sched_yield();
  }

  std::atomic<Token> owner_{kNobody};
  Doorbell<S> freed_;
  std::atomic<std::uint32_t> hungry_{0};  // somebody waits in vain
  std::atomic<Token> inherited_by_{kNobody};
};

}  // namespace gilfree::core
