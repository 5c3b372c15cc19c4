// BiasedMutex: a mutex that costs nothing to who had it last.
//
//   BiasedGuard guard(turn, [&] { repair(); });   // repair() runs if the previous owner died inside
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
// al., OOPSLA 2002). docs/adr/0003-biased-mutex.md has the figures.
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

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/identity/participant.h"
#include "gilfree/detail/lock/mutex.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

template <Scope S>
class BiasedMutex {
 public:
  Locked lock() {
    if (is_biased_to_me()) [[likely]] {
      if (enter_biased()) [[likely]]
        return Locked::kCleanly;
      unlock();
    }
    return lock_mutex(self<S>());
  }
  void unlock() {
    const OwnerId me = self<S>();
    if (inside(me).load(std::memory_order_relaxed) != me) return mutex_.unlock();
    if (!leave_biased()) notify_left();
  }

  // The lessee's own way, which makes no call: for who, without one, needs no stack either. If it
  // is_biased_to_me() and does, it is inside; if enter_biased() says no, only to unlock() at once.
  [[gnu::always_inline]] bool is_biased_to_me() const {
    const OwnerId me = self_if_known<S>();
    return me != kNoOwner && bias_.load(std::memory_order_relaxed) == me;
  }
  [[nodiscard, gnu::always_inline]] bool enter_biased() {
    const OwnerId me = self_if_known<S>();
    inside(me).store(me, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);  // the CPU's part is in revoke_bias()
    return bias_.load(std::memory_order_acquire) == me;
  }
  // False if the lease has ended meanwhile: then it is to notify_left().
  [[nodiscard, gnu::always_inline]] bool leave_biased() {
    const OwnerId me = self_if_known<S>();
    inside(me).store(kNoOwner, std::memory_order_release);
    std::atomic_signal_fence(std::memory_order_seq_cst);  // the CPU's part is in revoke_bias()
    return bias_.load(std::memory_order_relaxed) == me;
  }
  void notify_left() { left_.notify_one(); }

 private:
  static constexpr std::uint32_t kFewest = 64, kMost = 1 << 16;
  static constexpr std::size_t kWords = 16;

  [[gnu::noinline]] Locked lock_mutex(OwnerId me) {
    const bool abandoned = mutex_.lock() == Locked::kAbandoned;
    if (former(me) == me) former(me) = kNoOwner;
    bool left_inside = false;
    // A dead owner may have struck the lease off and not yet made its fence.
    const bool is_leased = bias_.load(std::memory_order_relaxed) != kNoOwner;
    if (is_leased || abandoned) left_inside = revoke_bias(me);
    consider_bias(me);
    return abandoned || left_inside ? Locked::kAbandoned : Locked::kCleanly;
  }

  // For the mutex's owner: on return nobody is inside. True if the lessee died there.
  bool revoke_bias(OwnerId me) {
    bias_.store(kNoOwner, std::memory_order_relaxed);
    Kernel<S>::heavy_fence();
    streak_ = 0;
    if (bias_owner_ == me) return false;  // it has a way out of its own
    needed_ = std::min(std::max(needed_, kFewest) * 2, kMost);
    auto& word = inside(bias_owner_);
    const auto gone = [&] { return word.load(std::memory_order_acquire) == kNoOwner; };
    left_.wait(kNever, kNoCpu, gone, [&] { return is_dead<S>(bias_owner_); });
    if (gone()) return false;
    word.store(kNoOwner, std::memory_order_relaxed);
    return true;
  }

  // For the mutex's owner: counts how often in a row it was the same one. The lease counts from
  // unlock() on, when the mutex is free again.
  void consider_bias(OwnerId me) {
    streak_ = last_ == me ? streak_ + 1 : 0;
    last_ = me;
    if (streak_ < std::max(needed_, kFewest) || !Kernel<S>::can_fence()) return;
    streak_ = 0;
    if (former(me) != kNoOwner && !is_dead<S>(former(me))) return;
    former(me) = bias_owner_ = me;
    bias_.store(me, std::memory_order_relaxed);
  }

  // A token's lowest bits are its slot: those of a family's first threads differ.
  [[gnu::always_inline]] std::atomic<OwnerId>& inside(OwnerId token) {
    return inside_[token % kWords];
  }
  OwnerId& former(OwnerId token) { return former_owner_[token % kWords]; }

  Mutex<S> mutex_;  // guards what follows, but for what a lessee does to its word of inside_
  std::atomic<OwnerId> bias_{kNoOwner};
  OwnerId bias_owner_ = kNoOwner;  // who had the latest lease
  OwnerId last_ = kNoOwner;
  std::uint32_t streak_ = 0;
  std::uint32_t needed_ = 0;
  OwnerId former_owner_[kWords] =
      {};  // of each word: a lessee whose store to it may still be under way
  EventCount<S> left_;
  alignas(kCacheLine) std::atomic<OwnerId> inside_[kWords] = {};
};

// Has the turn for its lifetime, repairing what a dead owner left on the way in.
template <Scope S>
class BiasedGuard {
 public:
  template <typename Repair>
  BiasedGuard(BiasedMutex<S>& turn, Repair repair) : turn_(turn) {
    if (turn.lock() == Locked::kAbandoned) repair();
  }
  ~BiasedGuard() { turn_.unlock(); }
  BiasedGuard(const BiasedGuard&) = delete;
  BiasedGuard& operator=(const BiasedGuard&) = delete;

 private:
  BiasedMutex<S>& turn_;
};

}  // namespace gilfree::detail
