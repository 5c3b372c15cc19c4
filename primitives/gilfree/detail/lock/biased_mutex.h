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
#include <optional>
#include <utility>

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
  Locked lock() { return *lock_until(kNever); }

  // Nothing if the deadline came first. kNow never waits, also where a bias has to be revoked.
  std::optional<Locked> lock_until(Deadline deadline) {
    if (is_biased_to_me()) [[likely]] {
      if (enter_biased()) [[likely]]
        return Locked::kCleanly;
      unlock();
    }
    return lock_mutex(self<S>(), deadline);
  }
  void unlock() {
    const OwnerId me = self<S>();
    if (inside(me).load(std::memory_order_relaxed) != me) return mutex_.unlock();
    if (!leave_biased()) notify_left();
  }
  // For a holder that took it over from a dead one and could not repair what that one left: the next
  // holder is told of the death as well.
  void unlock_abandoned() {
    abandoned_ = true;
    mutex_.unlock();
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

  [[gnu::noinline]] std::optional<Locked> lock_mutex(OwnerId me, Deadline deadline) {
    const auto locked = mutex_.lock_until(deadline);
    if (!locked) return std::nullopt;
    if (former(me) == me) former(me) = kNoOwner;
    if (bias_.load(std::memory_order_relaxed) != kNoOwner) begin_revocation();
    if (locked == Locked::kAbandoned) abandoned_ = true;
    if (revoked_ != kNoOwner && !finish_revocation(me, deadline)) {
      mutex_.unlock();
      return std::nullopt;
    }
    consider_bias(me);
    return std::exchange(abandoned_, false) ? Locked::kAbandoned : Locked::kCleanly;
  }

  // For the mutex's owner, like all that follows. `revoked_` comes first: a death in between leaves
  // the bias, or a revocation to be finished.
  void begin_revocation() {
    revoked_ = bias_owner_;
    bias_.store(kNoOwner, std::memory_order_release);
    streak_ = 0;
    needed_ = std::min(std::max(needed_, kFewest) * 2, kMost);
  }

  // Waits until the former bias owner is outside. False if the deadline came first: then the next
  // owner of the mutex goes on with it.
  bool finish_revocation(OwnerId me, Deadline deadline) {
    if (revoked_ != me) {  // I am not inside: I came by the mutex
      Kernel<S>::heavy_fence();
      auto& word = inside(revoked_);
      const auto gone = [&] { return word.load(std::memory_order_acquire) == kNoOwner; };
      const auto died = [&] { return is_dead<S>(revoked_); };
      if (!gone() && !died() && !left_.wait(deadline, kNoCpu, gone, died)) return false;
      if (!gone()) {
        abandoned_ = true;  // before its traces go
        word.store(kNoOwner, std::memory_order_release);
      }
    }
    revoked_ = kNoOwner;
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
    bias_.store(me, std::memory_order_release);
  }

  // A token's lowest bits are its slot: those of a family's first threads differ.
  [[gnu::always_inline]] std::atomic<OwnerId>& inside(OwnerId token) {
    return inside_[token % kWords];
  }
  OwnerId& former(OwnerId token) { return former_owner_[token % kWords]; }

  Mutex<S> mutex_;  // guards what follows, but for what a lessee does to its word of inside_
  std::atomic<OwnerId> bias_{kNoOwner};
  OwnerId bias_owner_ = kNoOwner;  // who had the latest lease
  OwnerId revoked_ = kNoOwner;     // who had it, until it was seen outside
  OwnerId last_ = kNoOwner;
  std::uint32_t streak_ = 0;
  std::uint32_t needed_ = 0;
  bool abandoned_ = false;  // an owner died inside, and the next holder is to be told
  OwnerId former_owner_[kWords] =
      {};  // of each word: a lessee whose store to it may still be under way
  EventCount<S> left_;
  alignas(kCacheLine) std::atomic<OwnerId> inside_[kWords] = {};
};

// Holds the mutex for its lifetime, repairing what a dead owner left on the way in. Given a deadline,
// it may come too late: then it is false.
template <Scope S>
class BiasedGuard {
 public:
  template <typename Repair>
  BiasedGuard(BiasedMutex<S>& mutex, Repair repair) : BiasedGuard(mutex, kNever, repair) {}
  template <typename Repair>
  BiasedGuard(BiasedMutex<S>& mutex, Deadline deadline, Repair repair) : mutex_(mutex) {
    const auto locked = mutex.lock_until(deadline);
    is_held_ = locked.has_value();
    if (locked == Locked::kAbandoned) repair_or_leave(repair);
  }
  ~BiasedGuard() {
    if (is_held_) mutex_.unlock();
  }
  BiasedGuard(const BiasedGuard&) = delete;
  BiasedGuard& operator=(const BiasedGuard&) = delete;

  explicit operator bool() const { return is_held_; }

 private:
  template <typename Repair>
  void repair_or_leave(Repair& repair) {
    try {
      repair();
    } catch (...) {
      mutex_.unlock_abandoned();
      throw;
    }
  }

  BiasedMutex<S>& mutex_;
  bool is_held_ = false;
};

}  // namespace gilfree::detail
