// Copy: bytes from one core's caches into another's.
//
//   fetch_to_read(line);  ...  fetch_to_write(other_line);  ...     // ask early, for several at once
//   copy_bytes(to, from, size);                                    // however many
//
// A line that another core has written takes 50 to 350 ns to come over, and comes sooner if it was
// asked for before it is needed: with a dozen on their way at once a ring moves three times as many
// 64-byte items (docs/0005-lines-in-flight.md has the figures).
//
// Above about a megabyte glibc's memcpy assumes that nobody will read the copy soon and changes to
// instructions that wait for each line; up to there it uses those that fetch whole runs of lines. A
// receiver reads the copy at once, so it is copied in pieces.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace gilfree::core {

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

}  // namespace gilfree::core
