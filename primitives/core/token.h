// Token: the name of a thread, or of a process, in 64 bits that one compare-and-swap can move.
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

namespace gilfree::core {

using Token = std::uint64_t;
inline constexpr Token kNobody = 0;

inline constexpr int kSlotBits = 10, kIdBits = 22;  // 22: Linux gives no id above 2^22
inline constexpr std::size_t kMostParticipants = (1u << kSlotBits) - 1;

inline Token make_token(std::size_t slot_plus_one, std::uint32_t id, std::uint32_t when) {
  return Token{when} << (kSlotBits + kIdBits) | Token{id} << kSlotBits | slot_plus_one;
}
// kMostParticipants or more if it is no participant's.
[[gnu::always_inline]] inline std::size_t slot_of(Token token) {
  return (token & kMostParticipants) - 1;
}
[[gnu::always_inline]] inline std::uint32_t id_of(Token token) {
  return (token >> kSlotBits) & ((1u << kIdBits) - 1);
}
inline std::uint32_t named_at(Token token) { return token >> (kSlotBits + kIdBits); }

// Now, as tokens count time.
std::uint32_t token_time();

namespace internal {
inline constinit std::atomic<Token> own_process{kNobody};  // forgotten in a forked child
Token name_this_process();
}  // namespace internal

// The calling process's token. Two that are equal name the same process.
inline Token this_process() {
  const Token mine = internal::own_process.load(std::memory_order_relaxed);
  return mine != kNobody ? mine : internal::name_this_process();
}

// Asks the kernel, in some 20 us, whether the thread or process still runs. Where it cannot tell (no
// /proc), it takes an existing id for alive: a lock is rather kept too long than stolen.
bool thread_runs(Token thread);
bool process_runs(Token process);

}  // namespace gilfree::core
