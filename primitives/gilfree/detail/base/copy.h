// Copy: bytes from one core's caches into another's.
//
//   fetch_to_read(line);  ...  fetch_to_write(other_line);  ...     // prefetch early, several at once
//   copy_bytes(to, from, size);                                    // any number of bytes
//
// A cache line that another core has written takes 50 to 350 ns to arrive. With a dozen prefetches in
// flight a ring moves three times as many 64-byte items (docs/adr/0005-cache-lines-in-flight.md).
//
// copy_bytes copies in pieces: above about a megabyte glibc's memcpy uses non-temporal stores, which
// suit a copy that is not read soon. A receiver reads the copy at once. And where the target lies just above the
// source, as seen within a page, it copies downwards (docs/adr/0022-copies-just-above.md).
//
// copy_fresh loads word by word: a small item has often been filled in a moment ago, and a load that
// spans two stores cannot be forwarded from the store buffer; it waits until both stores have left
// it, and all stores before them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace gilfree::detail {

inline void fetch_to_read(const std::byte* line) { __builtin_prefetch(line, 0, 3); }

// Prefetches the line for exclusive use, as a write needs it. A CPU without the instruction executes a
// no-op; compilers emit it only with the flag that the CPU has it.
inline void fetch_to_write(const std::byte* line) {
#if defined(__x86_64__)
  asm volatile("prefetchw %0" : : "m"(*line));
#else
  __builtin_prefetch(line, 1, 3);
#endif
}

inline constexpr std::size_t kPiece = std::size_t{64} << 10;

// From so many bytes on glibc's memcpy is `rep movsb` where the CPU promises that this is fast.
inline constexpr std::size_t kLong = 2112;

// Whether, by the lower 12 bits of its address, what is loaded next looks like what was just stored.
inline bool lies_just_above(const void* to, const void* from) {
#if defined(__x86_64__)
  constexpr std::uintptr_t kPage = 4096, kNear = 32;
  const auto above = reinterpret_cast<std::uintptr_t>(to) - reinterpret_cast<std::uintptr_t>(from);
  return above % kPage - 1 < kNear - 1;
#else
  (void)to, (void)from;
  return false;
#endif
}

[[gnu::noinline]] inline void copy_downwards(void* to, const void* from, std::size_t size) {
  using Two [[gnu::vector_size(16)]] = double;
  constexpr std::size_t kAtOnce = 4 * sizeof(Two);
  auto* const target = static_cast<std::byte*>(to);
  const auto* const source = static_cast<const std::byte*>(from);
  for (; size >= kAtOnce; size -= kAtOnce) {
    const auto at = size - kAtOnce;
    Two a, b, c, d;  // an array g++ 12 would store on the stack as well
    std::memcpy(&a, source + at, sizeof a);
    std::memcpy(&b, source + at + sizeof a, sizeof b);
    std::memcpy(&c, source + at + 2 * sizeof a, sizeof c);
    std::memcpy(&d, source + at + 3 * sizeof a, sizeof d);
    std::memcpy(target + at, &a, sizeof a);
    std::memcpy(target + at + sizeof a, &b, sizeof b);
    std::memcpy(target + at + 2 * sizeof a, &c, sizeof c);
    std::memcpy(target + at + 3 * sizeof a, &d, sizeof d);
  }
  std::memcpy(target, source, size);
}

inline void copy_bytes(void* to, const void* from, std::size_t size) {
  if (size >= kLong && lies_just_above(to, from)) return copy_downwards(to, from, size);
  auto* target = static_cast<std::byte*>(to);
  const auto* source = static_cast<const std::byte*>(from);
  for (; size > kPiece; size -= kPiece, target += kPiece, source += kPiece) {
    std::memcpy(target, source, kPiece);
  }
  std::memcpy(target, source, size);
}

inline constexpr std::size_t kWord = sizeof(double);

// Copies `size` bytes, which are whole words: loads one at a time, stores two at a time.
template <std::size_t size>
[[gnu::always_inline]] inline void copy_fresh(std::byte* to, const std::byte* from) {
  using Two [[gnu::vector_size(16)]] = double;
  static_assert(size % kWord == 0);
  for (std::size_t at = 0; at + sizeof(Two) <= size; at += sizeof(Two)) {
    double low, high;
    std::memcpy(&low, from + at, kWord);
    std::memcpy(&high, from + at + kWord, kWord);
#if defined(__x86_64__)
    asm("" : "+x"(low), "+x"(high));  // or it would be one load again
#endif
    const Two two{low, high};
    std::memcpy(to + at, &two, sizeof two);
  }
  if constexpr (size % sizeof(Two) != 0) {
    std::memcpy(to + size - kWord, from + size - kWord, kWord);
  }
}

}  // namespace gilfree::detail
