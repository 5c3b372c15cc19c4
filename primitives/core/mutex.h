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
//             sleeps. 24 bytes.
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
    freed_.ring();
    if (hungry_.load(std::memory_order_relaxed) != 0) [[unlikely]]
      step_aside();
  }

  bool is_mine() const { return owner_.load(std::memory_order_relaxed) == self<S>(); }
  bool is_locked() const {
    const Token owner = owner_.load(std::memory_order_relaxed);
    return owner != kNobody && !is_dead<S>(owner);
  }

 private:
  static constexpr int kPollsTillHungry = 64;  // 1 to 2 us
  static constexpr int kPollsAside = 128;

  bool take_over(Token from) {
    return owner_.compare_exchange_strong(from, self<S>(), std::memory_order_acquire,
                                          std::memory_order_relaxed);
  }

  std::optional<Locked> try_now() {
    const Token owner = owner_.load(std::memory_order_relaxed);
    if (owner == kNobody)
      return take_over(kNobody) ? std::optional(Locked::kCleanly) : std::nullopt;
    if (is_dead<S>(owner) && take_over(owner)) return Locked::kAbandoned;
    return std::nullopt;
  }

  [[gnu::noinline]] std::optional<Locked> lock_slowly(Deadline deadline) {
    if (deadline == Deadline::min()) return try_now();
    int polls = 0;
    const auto free = [&] {
      if (++polls % kPollsTillHungry == 0) hungry_.store(1, std::memory_order_relaxed);
      return owner_.load(std::memory_order_relaxed) == kNobody;
    };
    const auto dead = [&] { return is_dead<S>(owner_.load(std::memory_order_relaxed)); };
    while (true) {
      if (const auto locked = try_now()) {
        hungry_.store(0, std::memory_order_relaxed);  // others who are will say so again
        return locked;
      }
      if (!freed_.wait(deadline, kNoCpu, free, dead)) return std::nullopt;
    }
  }

  // Gives whoever is hungry the time to take what is free; it may be dead or not running.
  [[gnu::noinline]] void step_aside() {
    hungry_.store(0, std::memory_order_relaxed);
    for (int i = 0; i < kPollsAside; ++i) {
      if (owner_.load(std::memory_order_relaxed) != kNobody) return;
      relax();
    }
    ::sched_yield();
  }

  std::atomic<Token> owner_{kNobody};
  Doorbell<S> freed_;
  std::atomic<std::uint32_t> hungry_{0};
};

}  // namespace gilfree::core
