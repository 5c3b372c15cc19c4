// Copy: bytes from one core's caches into another's.
//
//   fetch_to_read(line);  ...  fetch_to_write(other_line);  ...     // ask early, for several at once
//   copy_bytes(to, from, size);                                    // however many
//
// A line that another core has written takes 50 to 350 ns to come over, and comes sooner if it was
// asked for before it is needed: with a dozen on their way at once a ring moves three times as many
// 64-byte items (docs/adr/0005-cache-lines-in-flight.md has the figures).
//
// Above about a megabyte glibc's memcpy assumes that nobody will read the copy soon and changes to
// instructions that wait for each line; up to there it uses those that fetch whole runs of lines. A
// receiver reads the copy at once, so it is copied in pieces.
//
// An item of a few words has often been filled in a moment ago. A load is served from the store buffer
// by one store, but not by two: then it waits until both have left it, and all before them, whose lines
// may have to come over first. So such an item is loaded as it was most likely stored, word by word.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace gilfree::detail {

inline void fetch_to_read(const std::byte* line) { __builtin_prefetch(line, 0, 3); }

// For the exclusive use that a write needs. On x86-64 a CPU that has no such instruction takes it for
// a no-op; compilers emit it only if told that it is there.
inline void fetch_to_write(const std::byte* line) {
#if defined(__x86_64__)
  asm volatile("prefetchw %0" : : "m"(*line));
#else
  __builtin_prefetch(line, 1, 3);
#endif
}

inline constexpr std::size_t kPiece = std::size_t{64} << 10;

inline void copy_bytes(void* to, const void* from, std::size_t size) {
  auto* target = static_cast<std::byte*>(to);
  const auto* source = static_cast<const std::byte*>(from);
  for (; size > kPiece; size -= kPiece, target += kPiece, source += kPiece) {
    std::memcpy(target, source, kPiece);
  }
  std::memcpy(target, source, size);
}

inline constexpr std::size_t kWord = sizeof(double);

// `size` bytes, in whole words; stored two at a time.
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
