// BiasedMutex: a mutex that its last owner takes again without an atomic read-modify-write.
//
//   BiasedGuard guard(mutex, [&] { repair(); });   // repair() runs if the previous owner died inside
//
// Biased locking (Dice, Huang, Yang, "Asymmetric Dekker Synchronization", 2001; Kawachiya et al., "Lock
// reservation", OOPSLA 2002). Most queues have one producer and one consumer, so their locks exclude
// no other thread, but a read-modify-write makes the CPU wait until all its stores have left the store
// buffer: 30 ns a message where 6 would do. A thread that takes the mutex often enough in a row becomes
// its bias owner, which enters and leaves by plain stores. Any other thread takes the mutex proper and
// revokes the bias:
//
//   bias owner: inside = me;  if (bias == me) enter, else back out      // no fence here
//   other:      mutex.lock(); bias = none; heavy_fence(); while (inside) wait();
//   leaving:    inside = none;  if (bias != me) wake the other
//
// heavy_fence() (membarrier) makes every other CPU run the fence that the bias owner leaves out. So either
// that one sees that its bias is gone, or the other thread sees it inside.
//
//   | state    | bias_ | revoked_ | who may enter                         | next                      |
//   | unbiased | none  | none     | the owner of mutex_                   | biased: needed_ in a row  |
//   | biased   | B     | none     | B by its word; the owner of mutex_    | revoking: another locks   |
//   |          |       |          | must revoke first                     |                           |
//   | revoking | none  | B        | B, if it was inside, until it leaves  | unbiased: B was seen      |
//   |          |       |          |                                       | outside, or dead          |
//
// 1. Only the owner of mutex_ changes the state. `revoked_` is stored before `bias_` is cleared, so a
//    death in between leaves "biased" or "revoking", and the next owner of mutex_ goes on from there.
// 2. A lock_until() may reach its deadline while it revokes: the next owner of mutex_ finishes that.
// 3. B may be delayed just before it stores `inside`, and store it long after the revocation. In one common
//    word it would then overwrite the mark of the next bias owner. So there are kWords words, and each
//    belongs to one thread (former_owner_) until that thread has died or was seen to take mutex_.
// 4. A sandbox may refuse heavy_fence(). Then the revoking thread waits for kStoreDelay instead, and the mutex is
//    never biased again. An object with a name is never biased (docs/adr/0013-refused-fences.md).
// 5. A mutex whose next owner is to get kAbandoned is not biased: a bias owner would not be told.
//
// docs/adr/0003-biased-mutex.md has the figures.
//
// Cost        Biased: two plain stores. Else that of a Mutex, and about 10 us to revoke a bias. Each
//             revocation doubles the number of locks in a row that the next bias takes.
// Blocking    lock_until waits until its deadline at most, also for a bias owner that stands still inside.
// Crash       As Mutex. A bias owner killed outside leaves nothing; killed inside, it is found dead by
//             the thread that revokes its bias.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <utility>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/base/futex.h"
#include "gilfree/detail/identity/participant.h"
#include "gilfree/detail/lock/mutex.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

template <Scope S>
class BiasedMutex {
 public:
  BiasedMutex() : needed_(may_rely_on_fences<S>() ? kFewest : kNeverBias) {}

  Locked lock() { return lock_until(kNever); }

  // kTooLate if the deadline came first. kNow waits for a holder, or for the end of a bias, for at most
  // kHeartbeat (mutex.h, lock_inner_until).
  [[nodiscard]] Locked lock_until(Deadline deadline) {
    if (is_biased_to_me()) [[likely]] {
      if (enter_biased()) [[likely]]
        return Locked::kCleanly;
      unlock();  // revoked meanwhile
    }
    return lock_mutex(self<S>(), deadline);
  }
  void unlock() {
    const OwnerId me = self<S>();
    if (inside(me).load(std::memory_order_relaxed) != me) return mutex_.unlock();
    if (!leave_biased()) notify_left();
  }
  // For a holder that took it over from a dead one and could not repair what that one left: the next
  // holder gets kAbandoned as well.
  void unlock_abandoned() {
    abandoned_ = true;
    mutex_.unlock();
  }

  // The bias owner's path, in steps, for a caller that must make no call. If is_biased_to_me(), call
  // enter_biased(): true means inside, false that unlock() must follow at once.
  [[gnu::always_inline]] bool is_biased_to_me() const {
    const OwnerId me = self_if_known<S>();
    return me != kNoOwner && bias_.load(std::memory_order_relaxed) == me;
  }
  [[nodiscard, gnu::always_inline]] bool enter_biased() {
    const OwnerId me = self_if_known<S>();
    inside(me).store(me, std::memory_order_relaxed);
    std::atomic_signal_fence(
        std::memory_order_seq_cst);  // the CPU's part is in finish_revocation()
    return bias_.load(std::memory_order_acquire) == me;
  }
  // False if the bias was revoked meanwhile: then notify_left() must follow.
  [[nodiscard, gnu::always_inline]] bool leave_biased() {
    const OwnerId me = self_if_known<S>();
    inside(me).store(kNoOwner, std::memory_order_release);
    std::atomic_signal_fence(
        std::memory_order_seq_cst);  // the CPU's part is in finish_revocation()
    return bias_.load(std::memory_order_relaxed) == me;
  }
  void notify_left() { left_.notify_one(); }

 private:
  static constexpr std::uint32_t kFewest = 64, kMost = 1 << 16, kNeverBias = 0xffffffff;
  static constexpr std::size_t kWords = 16;

  [[gnu::noinline]] Locked lock_mutex(OwnerId me, Deadline deadline) {
    const auto locked = mutex_.lock_inner_until(deadline);
    if (locked == Locked::kTooLate) return locked;
    if (former(me) == me) former(me) = kNoOwner;  // rule 3: no store of it to the word is under way
    if (bias_.load(std::memory_order_relaxed) != kNoOwner) begin_revocation();
    if (locked == Locked::kAbandoned) abandoned_ = true;
    if (revoked_ != kNoOwner && !finish_revocation(me, deadline)) {
      mutex_.unlock();
      return Locked::kTooLate;
    }
    consider_bias(me);
    return std::exchange(abandoned_, false) ? Locked::kAbandoned : Locked::kCleanly;
  }

  // For the owner of mutex_, like all that follows.
  void begin_revocation() {
    revoked_ = bias_owner_;
    drained_at_ = kNever;  // not known yet
    bias_.store(kNoOwner, std::memory_order_release);
    streak_ = 0;
    if (needed_ != kNeverBias) needed_ = std::min(needed_ * 2, kMost);
  }

  // Waits until the former bias owner is outside. False if the deadline came first: then the next
  // owner of the mutex goes on with it.
  bool finish_revocation(OwnerId me, Deadline deadline) {
    if (deadline == kNow) deadline = after(kHeartbeat);
    if (revoked_ != me) {  // if it is this thread, it came by mutex_, so it is not inside
      if (!Kernel<S>::heavy_fence() && !await_store_delay(deadline)) return false;
      auto& word = inside(revoked_);
      const auto gone = [&] { return word.load(std::memory_order_acquire) == kNoOwner; };
      const auto died = [&] { return is_dead<S>(revoked_); };
      if (!gone() && !died() && left_.wait(deadline, kNoCpu, gone, died) == Waited::kTooLate) {
        return false;
      }
      if (!gone()) {
        abandoned_ = true;  // before its traces go
        word.store(kNoOwner, std::memory_order_release);
      }
    }
    revoked_ = kNoOwner;
    return true;
  }
  // Where the fence is refused: waits until the stores of the former bias owner are visible that it
  // executed before it could see the revocation. False if the deadline comes first.
  bool await_store_delay(Deadline deadline) {
    needed_ = kNeverBias;
    if (drained_at_ == kNever) drained_at_ = after(kStoreDelay);
    const auto drained = [&] { return Clock::now() >= drained_at_; };
    if (!drained()) (void)left_.wait(std::min(deadline, drained_at_), kNoCpu, drained, drained);
    return drained();
  }

  // Counts the locks in a row by one thread. A bias takes effect at unlock(), when mutex_ is free again.
  void consider_bias(OwnerId me) {
    streak_ = last_ == me && !abandoned_ ? streak_ + 1 : 0;  // rule 5
    last_ = me;
    if (streak_ < needed_ || needed_ == kNeverBias) return;
    streak_ = 0;
    if (former(me) != kNoOwner && !is_dead<S>(former(me))) return;  // rule 3
    former(me) = bias_owner_ = me;
    bias_.store(me, std::memory_order_release);
  }

  // The lowest bits of an OwnerId are its slot: those of a process tree's first threads differ.
  [[gnu::always_inline]] std::atomic<OwnerId>& inside(OwnerId owner) {
    return inside_[owner % kWords];
  }
  OwnerId& former(OwnerId owner) { return former_owner_[owner % kWords]; }

  Mutex<S> mutex_;  // guards what follows, except what a bias owner does to its word of inside_
  std::atomic<OwnerId> bias_{kNoOwner};
  OwnerId bias_owner_ = kNoOwner;      // the latest thread in bias_
  OwnerId revoked_ = kNoOwner;         // the former one, until it was seen outside
  Deadline drained_at_ = kNever;       // where fences are refused: when its stores are visible
  OwnerId last_ = kNoOwner;            // the latest to take mutex_
  std::uint32_t streak_ = 0;           // how often in a row it did
  std::uint32_t needed_;               // how often makes a bias
  std::uint8_t abandoned_ = 0;         // an owner died inside: kAbandoned for the next holder
  OwnerId former_owner_[kWords] = {};  // of each word: one whose store to it may be under way
  EventCount<S> left_;                 // notified when a bias owner leaves
  alignas(kCacheLine) std::atomic<OwnerId> inside_[kWords] = {};
};

// Holds the mutex for its lifetime if this thread is the bias owner; else it is false and holds nothing.
template <Scope S>
class BiasedEntry {
 public:
  [[gnu::always_inline]] explicit BiasedEntry(BiasedMutex<S>& mutex) : mutex_(mutex) {
    if (!mutex.is_biased_to_me()) return;
    is_inside_ = mutex.enter_biased();
    if (!is_inside_) [[unlikely]]
      mutex.unlock();
  }
  [[gnu::always_inline]] ~BiasedEntry() {
    if (is_inside_ && !mutex_.leave_biased()) [[unlikely]]
      mutex_.notify_left();
  }
  BiasedEntry(const BiasedEntry&) = delete;
  BiasedEntry& operator=(const BiasedEntry&) = delete;

  explicit operator bool() const { return is_inside_; }

 private:
  BiasedMutex<S>& mutex_;
  bool is_inside_ = false;
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
    is_held_ = locked != Locked::kTooLate;
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
