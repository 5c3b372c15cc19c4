// Participant: a thread that uses primitives across processes. Its owner id still names it after its death.
//
//   const OwnerId me = self<S>();        // this thread's id, given at first use
//   if (is_dead<S>(owner)) ...           // its thread has died, ended, or exec'ed another program
//
// An owner id is what a lock word holds, so that a waiter can tell a slow owner from a dead one.
//
// How a death is seen. Each participant has a slot in shared memory and holds the robust mutex of the
// slot for as long as it lives. When it dies, ends or execs, the kernel marks the mutex and wakes one
// of its waiters (parker.h). No thread ever waits to acquire one of these mutexes, so the ways in
// which that fails do not arise (docs/adr/0001-owner-words-not-robust-mutexes.md).
//
// The table is made before the first primitive and inherited by fork: a process tree shares one. It
// has room for 1023 threads at a time, 64 bytes each, touched when used, never unmapped. The id of an
// unrelated process (they share named objects) is not in it, nor is that of a thread whose robust
// mutexes the kernel does not mark (owner_id.h); for those the kernel is asked, by waiters only
// (docs/adr/0010-one-liveness-oracle.md).
//
// A process in another pid or time namespace than the one that made the table is refused when it first
// attaches: ids or start times mean something else there.
#pragma once

#include <linux/futex.h>
#include <pthread.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "gilfree/detail/base/one_copy.h"
#include "gilfree/detail/identity/namespaces.h"
#include "gilfree/detail/identity/owner_id.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

class Participants {
 public:
  // This process tree's table.
  static Participants& table() {
    auto* known = table_if_known();
    return known != nullptr ? *known : make();
  }
  // Without a call. Null before its first use in this process tree.
  [[gnu::always_inline]] static Participants* table_if_known() {
    return made_.load(std::memory_order_acquire);
  }

  // Names the calling thread and takes a free slot for it; without a slot if the kernel would not
  // mark its death. Throws std::system_error: EAGAIN, all slots are taken; EXDEV, as
  // require_same_namespaces() says.
  OwnerId attach();
  // Called by the thread itself, when it ends in good order.
  void detach(OwnerId owner);

  bool is_alive(OwnerId owner) const {
    const std::size_t slot = slot_of(owner);
    if (slot < kMostParticipants &&
        slots_[slot].occupant.load(std::memory_order_acquire) == owner) {
      return is_held(alive_word(slots_[slot]).load(std::memory_order_acquire), owner);
    }
    return kernel_knows(owner, OwnerKind::kThread);  // unrelated, or ended long ago
  }

  // The cheap half of the question: false says nothing about an unrelated process.
  [[gnu::always_inline]] bool is_relative_alive(OwnerId owner) const {
    const std::size_t slot = slot_of(owner);
    return slot < kMostParticipants &&
           slots_[slot].occupant.load(std::memory_order_acquire) == owner &&
           is_held(alive_word(slots_[slot]).load(std::memory_order_acquire), owner);
  }

  // True if a living thread of that process has a slot. False says nothing: its threads may have ended.
  bool has_living_thread_of(OwnerId process) const;

  // Throws std::system_error, EXDEV, if this process is in another pid or time namespace than the one
  // that made the table.
  void require_same_namespaces() const;

  // For parker.h: calls visit(word, value) for the word that changes when a participant attaches, and
  // for the word of each one alive but `me`, until it returns false. The participant that attaches wakes
  // all sleepers; of those on the word of one that ends, the kernel wakes one.
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
  bool is_word_of_arrivals(const std::atomic<std::uint32_t>& word) const {
    return &word == &arrivals_;
  }

 private:
  struct alignas(64) Slot {
    mutable pthread_mutex_t alive;
    std::atomic<OwnerId> occupant{kNoOwner};
    std::atomic<OwnerId> process{kNoOwner};  // of the occupant; written before it
  };

  Participants();
  static Participants& make();
  OwnerId occupy(std::size_t slot, OwnerId named);

  [[gnu::always_inline]] static bool is_held(std::uint32_t word, OwnerId by) {
    return (word & FUTEX_TID_MASK) == id_of(by) && (word & FUTEX_OWNER_DIED) == 0;
  }
  // The futex word inside glibc's mutex: the owner's thread id, and the kernel's mark of its death.
  [[gnu::always_inline]] static std::atomic<std::uint32_t>& alive_word(const Slot& slot) {
    return reinterpret_cast<std::atomic<std::uint32_t>&>(slot.alive.__data.__lock);
  }

  GILFREE_ONE_COPY inline static constinit std::atomic<Participants*> made_{nullptr};

  const Namespaces namespaces_ = this_process_namespaces();
  std::atomic<std::uint32_t> arrivals_{0};
  std::atomic<std::size_t> used_{0};  // slots from here on have never been used
  Slot slots_[kMostParticipants];
};

// This thread's number between threads, or kNoOwner. A forked child keeps it, as it keeps a copy of all
// that the thread held between threads.
GILFREE_ONE_COPY inline constinit thread_local OwnerId this_thread_number = kNoOwner;

OwnerId attach_this_thread();
OwnerId number_this_thread();

// This thread's name without a call: kNoOwner before its first use.
template <Scope S>
[[gnu::always_inline]] inline OwnerId self_if_known() {
  return S::kAcrossProcesses ? this_thread.across_processes : this_thread_number;
}

// This thread's name. Between threads it is a number only, since no thread dies alone there.
template <Scope S>
OwnerId self() {
  if constexpr (S::kAcrossProcesses) {
    if (this_thread.across_processes != kNoOwner) [[likely]]
      return this_thread.across_processes;
    return attach_this_thread();
  } else {
    if (this_thread_number != kNoOwner) [[likely]]
      return this_thread_number;
    return number_this_thread();
  }
}

// True if the thread has died, ended, or exec'ed another program.
template <Scope S>
bool is_dead(OwnerId thread) {
  if constexpr (!S::kAcrossProcesses) return false;
  return thread != kNoOwner && !Participants::table().is_alive(thread);
}

// True if the process runs the program that named it: `process` is from this_process_id().
bool process_runs(OwnerId process);

// True if the thread is seen alive in the table, so without a system call. For callers that have another
// way to ask about unrelated processes.
template <Scope S>
bool is_seen_alive(OwnerId thread) {
  if constexpr (!S::kAcrossProcesses) return thread != kNoOwner;
  return thread != kNoOwner && Participants::table().is_relative_alive(thread);
}

// The same without a call. False also where that would take one.
template <Scope S>
[[gnu::always_inline]] inline bool is_seen_alive_at_once(OwnerId thread) {
  if (thread == kNoOwner) return false;
  if constexpr (!S::kAcrossProcesses) return true;
  const auto* table = Participants::table_if_known();
  return table != nullptr && table->is_relative_alive(thread);
}

}  // namespace gilfree::detail
