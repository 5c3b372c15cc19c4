// Turn: a mutex that costs nothing to who had it last.
//
//   TurnGuard guard(turn, [&] { repair(); });   // repair() runs if the previous owner died inside
//
// A queue mostly has one producer and one consumer, and then a mutex excludes nobody; but its atomic
// read-modify-write makes the CPU wait until everything it stored, lines fought over included, has
// left its store buffer: 30 ns a message where 6 would do. So whoever takes the mutex often enough
// in a row leaves it leased: the lessee comes and goes by plain stores. Anyone else takes the mutex
// itself, ends the lease, and waits until the lessee is outside.
//
//   lessee: inside_ = me;  if (lease_ == me) in, else back out     // no fence here, ...
//   other:  mutex_.lock(); lease_ = nobody; heavy_fence(); while (inside_) wait();   // ... all here
//
// Of these two one must see the other: Dekker's handshake, the fences of both paid by the rare side
// (Dice, Huang, Yang, "Asymmetric Dekker Synchronization", 2001; reservation of locks: Kawachiya et
// al., OOPSLA 2002). docs/0003-leased-turns.md has the figures.
//
// Cost        Leased: two plain stores. Not: a Mutex, and about 10 us once to end a lease. A lease
//             that was ended is harder to get again.
// Crash       As Mutex. A lessee killed outside is nobody's loss; killed inside, the next one is told.
//             Killed while ending a lease: the next one ends it again.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "primitives/core/doorbell.h"
#include "primitives/core/mutex.h"
#include "primitives/core/participant.h"
#include "primitives/core/patience.h"
#include "primitives/core/scope.h"

namespace gilfree::core {

template <Scope S>
class Turn {
 public:
  Locked lock() {
    const Token me = self<S>();
    if (lease_.load(std::memory_order_relaxed) == me) [[likely]] {
      inside_.store(me, std::memory_order_relaxed);
      std::atomic_signal_fence(std::memory_order_seq_cst);  // the CPU's part is in end_lease()
      if (lease_.load(std::memory_order_acquire) == me) [[likely]]
        return Locked::kCleanly;
      leave();
    }
    return lock_mutex(me);
  }

  void unlock() {
    if (inside_.load(std::memory_order_relaxed) == self<S>()) [[likely]] {
      leave();
    } else {
      mutex_.unlock();
    }
  }

 private:
  static constexpr std::uint32_t kFewest = 64, kMost = 1 << 16;

  [[gnu::noinline]] Locked lock_mutex(Token me) {
    const bool abandoned = mutex_.lock() == Locked::kAbandoned;
    const Token lessee = lease_.load(std::memory_order_relaxed);
    bool left_inside = false;
    // A dead owner may have struck the lease off and not yet made its fence.
    if (lessee != kNobody || abandoned) left_inside = end_lease(lessee);
    consider_lease(me);
    return abandoned || left_inside ? Locked::kAbandoned : Locked::kCleanly;
  }

  // For the mutex's owner: on return nobody is inside. True if the lessee died there.
  bool end_lease(Token lessee) {
    lease_.store(kNobody, std::memory_order_relaxed);
    Kernel<S>::heavy_fence();
    streak_ = 0;
    if (lessee != self<S>()) needed_ = std::min(std::max(needed_, kFewest) * 2, kMost);
    const auto gone = [&] { return inside_.load(std::memory_order_acquire) == kNobody; };
    const auto dead = [&] { return is_dead<S>(inside_.load(std::memory_order_acquire)); };
    left_.wait(kNever, kNoCpu, gone, dead);
    if (gone()) return false;
    inside_.store(kNobody, std::memory_order_relaxed);
    return true;
  }

  // For the mutex's owner: counts how often in a row it was the same one. The lease counts from
  // unlock() on, when the mutex is free again.
  void consider_lease(Token me) {
    streak_ = last_ == me ? streak_ + 1 : 0;
    last_ = me;
    if (streak_ < std::max(needed_, kFewest) || !Kernel<S>::can_fence()) return;
    streak_ = 0;
    lease_.store(me, std::memory_order_relaxed);
  }

  void leave() {
    inside_.store(kNobody, std::memory_order_release);
    left_.ring();
  }

  Mutex<S> mutex_;  // guards what follows, but for what the lessee does to inside_
  std::atomic<Token> lease_{kNobody};
  std::atomic<Token> inside_{kNobody};
  Token last_ = kNobody;
  std::uint32_t streak_ = 0;
  std::uint32_t needed_ = 0;
  Doorbell<S> left_;
};

// Has the turn for its lifetime, repairing what a dead owner left on the way in.
template <Scope S>
class TurnGuard {
 public:
  template <typename Repair>
  TurnGuard(Turn<S>& turn, Repair repair) : turn_(turn) {
    if (turn.lock() == Locked::kAbandoned) repair();
  }
  ~TurnGuard() { turn_.unlock(); }
  TurnGuard(const TurnGuard&) = delete;
  TurnGuard& operator=(const TurnGuard&) = delete;

 private:
  Turn<S>& turn_;
};

}  // namespace gilfree::core
