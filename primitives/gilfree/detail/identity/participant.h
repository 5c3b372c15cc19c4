// Participant: a thread that uses shared primitives, with a name that outlives it.
//
//   const OwnerId me = self<S>();          // this thread's token, given at first use
//   if (is_dead<S>(token)) ...           // its thread has died or ended
//
// A token is what a lock word holds, so that whoever waits can tell a slow owner from a dead one.
//
// How a death is seen. Each participant has a slot in shared memory and holds the slot's robust mutex
// for as long as it lives. When it dies, however it dies, the kernel marks the mutex and wakes one of
// those who sleep on it (parker.h); nobody ever waits to get these mutexes, so the ways in which that
// fails do not arise (docs/adr/0001-owner-words-not-robust-mutexes.md).
//
// The table is made before the first primitive and inherited by fork: a family of processes shares
// one. It has room for 1023 threads at a time, 64 bytes each, touched when used, never unmapped. A
// token of another family (named objects are shared by strangers) is not in it; then the kernel is
// asked (owner_id.h), which only waiters do.
#pragma once

#include <linux/futex.h>
#include <pthread.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "gilfree/detail/identity/owner_id.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

class Participants {
 public:
  // This family's table.
  static Participants& table() {
    auto* known = table_if_known();
    return known != nullptr ? *known : make();
  }
  // Without a call. Null before its first use in this family.
  [[gnu::always_inline]] static Participants* table_if_known() {
    return made_.load(std::memory_order_acquire);
  }

  // Takes a free slot for the calling thread. Throws std::system_error if there is none.
  OwnerId attach();
  // Called by the thread itself, when it ends in good order.
  void detach(OwnerId token);

  bool is_alive(OwnerId token) const {
    const std::size_t slot = slot_of(token);
    if (slot < kMostParticipants &&
        slots_[slot].occupant.load(std::memory_order_acquire) == token) {
      return is_held(alive_word(slots_[slot]).load(std::memory_order_acquire), token);
    }
    return thread_runs(token);  // of another family, or ended long ago
  }

  // The cheap half of the question: of a stranger, false says nothing.
  [[gnu::always_inline]] bool is_relative_alive(OwnerId token) const {
    const std::size_t slot = slot_of(token);
    return slot < kMostParticipants &&
           slots_[slot].occupant.load(std::memory_order_acquire) == token &&
           is_held(alive_word(slots_[slot]).load(std::memory_order_acquire), token);
  }

  // For parker.h: visit(word, value) of what changes when somebody comes, and of each one alive but
  // `me`, until it returns false.
  template <typename Visit>
  void each_alive(OwnerId me, Visit visit) {
    const auto came = arrivals_.load(std::memory_order_acquire);
    bool more = visit(arrivals_, came);
    const auto end = used_.load(std::memory_order_acquire);
    for (std::size_t slot = 0; more && slot < end; ++slot) {
      const OwnerId occupant = slots_[slot].occupant.load(std::memory_order_acquire);
      auto& word = alive_word(slots_[slot]);
      const auto value = word.load(std::memory_order_acquire);
      if (occupant != me && is_held(value, occupant)) more = visit(word, value);
    }
  }

 private:
  struct alignas(64) Slot {
    mutable pthread_mutex_t alive;
    std::atomic<OwnerId> occupant{kNoOwner};
  };

  Participants();
  static Participants& make();
  OwnerId occupy(std::size_t slot);

  [[gnu::always_inline]] static bool is_held(std::uint32_t word, OwnerId by) {
    return (word & FUTEX_TID_MASK) == id_of(by) && (word & FUTEX_OWNER_DIED) == 0;
  }
  // The futex word inside glibc's mutex: the owner's thread id, and the kernel's mark of its death.
  [[gnu::always_inline]] static std::atomic<std::uint32_t>& alive_word(const Slot& slot) {
    return reinterpret_cast<std::atomic<std::uint32_t>&>(slot.alive.__data.__lock);
  }

  inline static constinit std::atomic<Participants*> made_{nullptr};

  std::atomic<std::uint32_t> arrivals_{0};
  std::atomic<std::size_t> used_{0};  // slots from here on have never been used
  Slot slots_[kMostParticipants];
};

// This thread's tokens, or kNoOwner before their first use.
struct OwnerIds {
  OwnerId across_processes = kNoOwner;  // and in a child just forked
  OwnerId between_threads = kNoOwner;
};
inline constinit thread_local OwnerIds this_thread;

OwnerId attach_this_thread();
OwnerId number_this_thread();

// The same without a call, for who can do without: kNoOwner before its first use.
template <Scope S>
[[gnu::always_inline]] inline OwnerId self_if_known() {
  return S::kAcrossProcesses ? this_thread.across_processes : this_thread.between_threads;
}

// This thread's token. Between threads nobody dies alone, so there it is merely a number.
template <Scope S>
OwnerId self() {
  if constexpr (S::kAcrossProcesses) {
    if (this_thread.across_processes != kNoOwner) [[likely]]
      return this_thread.across_processes;
    return attach_this_thread();
  } else {
    if (this_thread.between_threads != kNoOwner) [[likely]]
      return this_thread.between_threads;
    return number_this_thread();
  }
}

template <Scope S>
bool is_dead(OwnerId token) {
  if constexpr (!S::kAcrossProcesses) return false;
  return token != kNoOwner && !Participants::table().is_alive(token);
}

// For who has another way to ask after strangers.
template <Scope S>
bool is_seen_alive(OwnerId token) {
  if constexpr (!S::kAcrossProcesses) return token != kNoOwner;
  return token != kNoOwner && Participants::table().is_relative_alive(token);
}

// The same without a call. Where that would take one, false, too.
template <Scope S>
[[gnu::always_inline]] inline bool is_seen_alive_at_once(OwnerId token) {
  if (token == kNoOwner) return false;
  if constexpr (!S::kAcrossProcesses) return true;
  const auto* table = Participants::table_if_known();
  return table != nullptr && table->is_relative_alive(token);
}

}  // namespace gilfree::detail
