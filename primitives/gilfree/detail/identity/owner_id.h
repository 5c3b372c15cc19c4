// OwnerId: the name of a thread, or of a process, in 64 bits that one compare-and-swap can move.
//
//   | seconds/100 since boot when it was named: 32 | kernel's id: 22 | slot + 1 in the table: 10 |
//
// The first two name it for as long as the machine runs: ids are reused, but a later owner of the
// same id started later. The slot is where its family looks it up fast (participant.h). The token of
// a process has slot 0.
//
// Ids mean something within one pid namespace only: a named object refuses to be opened from another
// (segment.h).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace gilfree::detail {

using OwnerId = std::uint64_t;
inline constexpr OwnerId kNoOwner = 0;

inline constexpr int kSlotBits = 10, kIdBits = 22;  // 22: Linux gives no id above 2^22
inline constexpr std::size_t kMostParticipants = (1u << kSlotBits) - 1;

inline OwnerId make_owner_id(std::size_t slot_plus_one, std::uint32_t id, std::uint32_t when) {
  return OwnerId{when} << (kSlotBits + kIdBits) | OwnerId{id} << kSlotBits | slot_plus_one;
}
// kMostParticipants or more if it is no participant's.
[[gnu::always_inline]] inline std::size_t slot_of(OwnerId token) {
  return (token & kMostParticipants) - 1;
}
[[gnu::always_inline]] inline std::uint32_t id_of(OwnerId token) {
  return (token >> kSlotBits) & ((1u << kIdBits) - 1);
}
inline std::uint32_t named_at(OwnerId token) { return token >> (kSlotBits + kIdBits); }

// Now, as tokens count time.
std::uint32_t owner_id_time();

inline constinit std::atomic<OwnerId> own_process{kNoOwner};  // forgotten in a forked child
OwnerId name_this_process();

// The calling process's token. Two that are equal name the same process.
inline OwnerId this_process_id() {
  const OwnerId mine = own_process.load(std::memory_order_relaxed);
  return mine != kNoOwner ? mine : name_this_process();
}

// Asks the kernel, in some 20 us, whether the thread or process still runs. Where it cannot tell (no
// /proc), it takes an existing id for alive: a lock is rather kept too long than stolen.
bool thread_runs(OwnerId thread);
bool process_runs(OwnerId process);

}  // namespace gilfree::detail
