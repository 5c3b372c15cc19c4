// OwnerId: names a thread or a process, alive or dead, in 64 bits that one compare-and-swap can change.
//
//   | start time: 20 | program: 12 | kernel's id: 22 | slot + 1 in the table: 10 |
//
//   start time   field 22 of /proc/ID/stat, in ticks of 10 ms since boot: the lower 20 bits
//   program      hash of field 28, where the stack of the program begins: it changes at exec.
//                0: /proc could not be read, and the start time is when it was named. 1: hidden
//   slot         where its process tree looks it up (participant.h). A process, and a thread without
//                a slot, have 0.
//
// All parts are compared for equality: the kernel reuses ids, but a later owner of an id started at
// another time. There is no order of times, so neither a long uptime nor a clock can mislead it.
//
// Ids and times mean something within one pid namespace and one time namespace only: a participant in
// another one is refused (participant.h), and so is a named object of another one (segment.h).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "gilfree/detail/base/one_copy.h"

namespace gilfree::detail {

using OwnerId = std::uint64_t;
inline constexpr OwnerId kNoOwner = 0;

inline constexpr int kSlotBits = 10, kIdBits = 22;  // 22: Linux gives no id above 2^22
inline constexpr int kProgramBits = 12, kStartBits = 20;
inline constexpr std::size_t kMostParticipants = (1u << kSlotBits) - 1;

inline OwnerId make_owner_id(std::size_t slot_plus_one, std::uint32_t id, std::uint32_t born) {
  return OwnerId{born} << (kSlotBits + kIdBits) | OwnerId{id} << kSlotBits | slot_plus_one;
}
// kMostParticipants or more if it has no slot.
[[gnu::always_inline]] inline std::size_t slot_of(OwnerId owner) {
  return (owner & kMostParticipants) - 1;
}
[[gnu::always_inline]] inline std::uint32_t id_of(OwnerId owner) {
  return static_cast<std::uint32_t>(owner >> kSlotBits) & ((1u << kIdBits) - 1);
}
// Start time and program.
inline std::uint32_t born(OwnerId owner) {
  return static_cast<std::uint32_t>(owner >> (kSlotBits + kIdBits));
}

// This thread's and its process's names, or kNoOwner before their first use. They lie in a page that
// the kernel clears in every child (MADV_WIPEONFORK), so that a child made by fork(), _Fork() or
// clone() has a name of its own. Aligned as a page for that; it costs no load.
struct alignas(4096) WipedOwnerIds {
  OwnerId across_processes = kNoOwner;
  OwnerId process = kNoOwner;
};
GILFREE_ONE_COPY inline constinit thread_local WipedOwnerIds this_thread;

// Asks the kernel to clear this_thread in children. Linux before 4.14 does not, nor is it asked where
// pages are larger than 4 KiB; there pthread_atfork does it, for fork() alone.
void wipe_this_thread_in_children();

// The name of the calling thread, without a slot, from /proc.
OwnerId name_this_thread();
OwnerId name_this_process();

// The calling process's name. Two that are equal name the same process.
inline OwnerId this_process_id() {
  return this_thread.process != kNoOwner ? this_thread.process : name_this_process();
}

enum class OwnerKind { kThread, kProcess };

// Asks the kernel, by two to five system calls and without a descriptor, whether the owner still runs the program
// that named it. Where /proc cannot be read, an id that exists counts as alive unless its thread has
// given up its robust list: a lock is rather kept too long than stolen.
bool kernel_knows(OwnerId owner, OwnerKind kind);

// True if the kernel marks this thread's robust mutexes when it dies. False in an emulator, behind a
// filter that refuses set_robust_list(2), and in a child of clone(2).
bool has_robust_list();

// True if /proc is mounted and is that of this pid namespace.
bool proc_is_usable();

}  // namespace gilfree::detail
