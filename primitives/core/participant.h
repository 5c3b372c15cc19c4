// Participant: a thread that uses shared primitives, with a name that outlives it.
//
//   const Token me = self<S>();          // this thread's token, given at first use
//   if (is_dead<S>(token)) ...           // its thread has died or ended
//
// A token is what a lock word holds, so that whoever waits can tell a slow owner from a dead one.
// It is not a thread id: ids are reused, and mean something else in another container.
//
// How a death is seen. Each participant has a slot in shared memory and holds the slot's robust mutex
// for as long as it lives. When it dies, however it dies, the kernel marks the mutex; nobody ever
// waits for these mutexes, so the ways in which waiting for a robust mutex fails do not arise
// (docs/0001-owner-words-not-robust-mutexes.md). A slot is given to the next thread that comes, under
// a new generation, and a token names both.
//
// The table is made before the first primitive and inherited by fork. It has room for kMost threads
// at a time over a whole family of processes. 64 bytes each, touched when used, never unmapped.
#pragma once

#include <pthread.h>

#include <atomic>
#include <boost/interprocess/anonymous_shared_memory.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <cstddef>
#include <cstdint>
#include <new>
#include <system_error>

#include "primitives/core/futex.h"

namespace gilfree::core {

// Slot number + 1 in the low bits, its generation above; 0 is nobody. Bit 31 stays clear.
using Token = std::uint32_t;
inline constexpr Token kNobody = 0;

class Participants {
 public:
  static constexpr int kSlotBits = 10;
  static constexpr std::size_t kMost = (1u << kSlotBits) - 1;

  // This family's table.
  static Participants& table() {
    static Participants& made = make();
    return made;
  }

  // Takes a free slot for the calling thread. Throws std::system_error if there is none.
  Token attach() {
    for (std::size_t slot = 0; slot < kMost; ++slot) {
      const int error = ::pthread_mutex_trylock(&slots_[slot].alive);
      if (error == EOWNERDEAD) ::pthread_mutex_consistent(&slots_[slot].alive);
      if (error != 0 && error != EOWNERDEAD) continue;
      const auto generation = slots_[slot].generation.load(std::memory_order_relaxed) + 1;
      slots_[slot].generation.store(generation, std::memory_order_release);
      return token_of(slot, generation);
    }
    throw std::system_error(EAGAIN, std::generic_category(),
                            "gilfree: more than 1023 threads share primitives; end some first");
  }

  // Called by the thread itself, when it ends in good order.
  void detach(Token token) { ::pthread_mutex_unlock(&slots_[slot_of(token)].alive); }

  bool is_alive(Token token) const {
    if (slot_of(token) >= kMost) return false;  // not a token
    const Slot& slot = slots_[slot_of(token)];
    const auto generation = slot.generation.load(std::memory_order_acquire);
    if (token != token_of(slot_of(token), generation)) return false;
    const auto word = alive_word(slot).load(std::memory_order_acquire);
    return (word & FUTEX_TID_MASK) != 0 && (word & FUTEX_OWNER_DIED) == 0;
  }

 private:
  struct alignas(64) Slot {
    pthread_mutex_t alive;
    std::atomic<std::uint32_t> generation{0};
  };

  Participants() {
    pthread_mutexattr_t robust;
    ::pthread_mutexattr_init(&robust);
    ::pthread_mutexattr_setpshared(&robust, PTHREAD_PROCESS_SHARED);
    ::pthread_mutexattr_setrobust(&robust, PTHREAD_MUTEX_ROBUST);
    for (auto& slot : slots_) ::pthread_mutex_init(&slot.alive, &robust);
    ::pthread_mutexattr_destroy(&robust);
  }

  static Participants& make();

  static Token token_of(std::size_t slot, std::uint32_t generation) {
    return static_cast<Token>(((generation << kSlotBits) | (slot + 1)) & 0x7fffffffu);
  }
  static std::size_t slot_of(Token token) { return (token & kMost) - 1; }

  // The futex word inside glibc's mutex: owner's thread id, and the kernel's mark of its death.
  static const std::atomic<std::uint32_t>& alive_word(const Slot& slot) {
    return reinterpret_cast<const std::atomic<std::uint32_t>&>(slot.alive.__data.__lock);
  }

  Slot slots_[kMost];
};

// This thread's tokens, or kNobody before their first use and in a child just forked.
struct Tokens {
  Token across_processes = kNobody;
  Token between_threads = kNobody;
};
inline constinit thread_local Tokens this_thread;

namespace internal {
Token attach_this_thread();
Token number_this_thread();
}  // namespace internal

// This thread's token. Between threads nobody dies alone, so there it is merely a number.
template <Scope S>
Token self() {
  if constexpr (S::kAcrossProcesses) {
    if (this_thread.across_processes != kNobody) [[likely]]
      return this_thread.across_processes;
    return internal::attach_this_thread();
  } else {
    if (this_thread.between_threads != kNobody) [[likely]]
      return this_thread.between_threads;
    return internal::number_this_thread();
  }
}

template <Scope S>
bool is_dead(Token token) {
  if constexpr (!S::kAcrossProcesses) return false;
  return token != kNobody && !Participants::table().is_alive(token);
}

}  // namespace gilfree::core
