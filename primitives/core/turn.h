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
//   lessee: inside = me;  if (lease == me) in, else back out     // no fence here, ...
//   other:  mutex.lock(); lease = nobody; heavy_fence(); while (inside) wait();   // ... all here
//
// Of these two one must see the other: Dekker's handshake, the fences of both paid by the rare side
// (Dice, Huang, Yang, "Asymmetric Dekker Synchronization", 2001; reservation of locks: Kawachiya et
// al., OOPSLA 2002). docs/0003-leased-turns.md has the figures.
//
// A lessee may be held up just before it says that it is inside, and say so long after its lease has
// ended. So `inside` is a word that no other lessee uses, until the former one has died or was seen
// to take the mutex, with no such store under way.
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
    if (may_enter()) [[likely]] {
      if (enter()) [[likely]]
        return Locked::kCleanly;
      unlock();
    }
    return lock_mutex(self<S>());
  }
  void unlock() {
    const Token me = self<S>();
    if (inside(me).load(std::memory_order_relaxed) != me) return mutex_.unlock();
    if (!leave()) say_left();
  }

  // The lessee's own way, which makes no call: for who, without one, needs no stack either. If it
  // may_enter() and does, it is inside; if enter() says no, only to unlock() at once.
  [[gnu::always_inline]] bool may_enter() const {
    const Token me = self_if_known<S>();
    return me != kNobody && lease_.load(std::memory_order_relaxed) == me;
  }
  [[nodiscard, gnu::always_inline]] bool enter() {
    const Token me = self_if_known<S>();
    inside(me).store(me, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);  // the CPU's part is in end_lease()
    return lease_.load(std::memory_order_acquire) == me;
  }
  // False if the lease has ended meanwhile: then it is to say_left().
  [[nodiscard, gnu::always_inline]] bool leave() {
    const Token me = self_if_known<S>();
    inside(me).store(kNobody, std::memory_order_release);
    std::atomic_signal_fence(std::memory_order_seq_cst);  // the CPU's part is in end_lease()
    return lease_.load(std::memory_order_relaxed) == me;
  }
  void say_left() { left_.ring(); }

 private:
  static constexpr std::uint32_t kFewest = 64, kMost = 1 << 16;
  static constexpr std::size_t kWords = 16;

  [[gnu::noinline]] Locked lock_mutex(Token me) {
    const bool abandoned = mutex_.lock() == Locked::kAbandoned;
    if (former(me) == me) former(me) = kNobody;
    bool left_inside = false;
    // A dead owner may have struck the lease off and not yet made its fence.
    const bool is_leased = lease_.load(std::memory_order_relaxed) != kNobody;
    if (is_leased || abandoned) left_inside = end_lease(me);
    consider_lease(me);
    return abandoned || left_inside ? Locked::kAbandoned : Locked::kCleanly;
  }

  // For the mutex's owner: on return nobody is inside. True if the lessee died there.
  bool end_lease(Token me) {
    lease_.store(kNobody, std::memory_order_relaxed);
    Kernel<S>::heavy_fence();
    streak_ = 0;
    if (lessee_ == me) return false;  // it has a way out of its own
    needed_ = std::min(std::max(needed_, kFewest) * 2, kMost);
    auto& word = inside(lessee_);
    const auto gone = [&] { return word.load(std::memory_order_acquire) == kNobody; };
    left_.wait(kNever, kNoCpu, gone, [&] { return is_dead<S>(lessee_); });
    if (gone()) return false;
    word.store(kNobody, std::memory_order_relaxed);
    return true;
  }

  // For the mutex's owner: counts how often in a row it was the same one. The lease counts from
  // unlock() on, when the mutex is free again.
  void consider_lease(Token me) {
    streak_ = last_ == me ? streak_ + 1 : 0;
    last_ = me;
    if (streak_ < std::max(needed_, kFewest) || !Kernel<S>::can_fence()) return;
    streak_ = 0;
    if (former(me) != kNobody && !is_dead<S>(former(me))) return;
    former(me) = lessee_ = me;
    lease_.store(me, std::memory_order_relaxed);
  }

  // A token's lowest bits are its slot: those of a family's first threads differ.
  [[gnu::always_inline]] std::atomic<Token>& inside(Token token) { return inside_[token % kWords]; }
  Token& former(Token token) { return former_[token % kWords]; }

  Mutex<S> mutex_;  // guards what follows, but for what a lessee does to its word of inside_
  std::atomic<Token> lease_{kNobody};
  Token lessee_ = kNobody;  // who had the latest lease
  Token last_ = kNobody;
  std::uint32_t streak_ = 0;
  std::uint32_t needed_ = 0;
  Token former_[kWords] = {};  // of each word: a lessee whose store to it may still be under way
  Doorbell<S> left_;
  alignas(kCacheLine) std::atomic<Token> inside_[kWords] = {};
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
