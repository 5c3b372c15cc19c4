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
//             sleeps. 12 bytes.
// Blocking    Waits as patience.h says. No fairness: a running thread may overtake one that wakes.
// Crash       Killed in lock(): nothing, or held. Killed holding it: the next to come, or a waiter
//             within a heartbeat, takes over and is told. Killed in unlock(): free; sleepers look
//             again within a heartbeat. A stopped owner is not dead: others wait for it.
#pragma once

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
  }

 private:
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
    const auto free = [&] { return owner_.load(std::memory_order_relaxed) == kNobody; };
    const auto dead = [&] { return is_dead<S>(owner_.load(std::memory_order_relaxed)); };
    while (true) {
      if (const auto locked = try_now()) return locked;
      if (!freed_.wait(deadline, kNoCpu, free, dead)) return std::nullopt;
    }
  }

  std::atomic<Token> owner_{kNobody};
  Doorbell<S> freed_;
};

}  // namespace gilfree::core
