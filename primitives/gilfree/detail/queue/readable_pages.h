// ReadablePages: which part of a memory for messages this process knows that it can read.
//
//   if (!pages.cover(offset, size) && !pages.add(cells, offset, size)) corrupted();
//
// A message has its pages from its writer. But where it lies, and how long it is, a reader learns from shared memory,
// where another process may have written anything; and a page without memory, in a /dev/shm without any left, is a
// SIGBUS. So a reader looks (can_be_read(), mapping.h) before it reads where it has not read yet. What it knows it
// keeps to itself: what it kept in shared memory another process could write.
//
// Cost        cover() is two comparisons. add() is a system call for each unit of memory that is new to this process.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>

#include "gilfree/detail/memory/mapping.h"

namespace gilfree::detail {

// Of kBytes, in units of kUnit: writers reserve whole ones.
template <std::uint64_t kBytes, std::uint64_t kUnit>
class ReadablePages {
  static constexpr std::uint64_t kHalf = kBytes / 2;
  static_assert(kHalf % kUnit == 0);

 public:
  // For any offset and size: true if they are known to be readable, and so lie within the memory.
  bool cover(std::uint64_t offset, std::uint64_t size) const {
    const auto end = ends_[offset / kHalf % 2];
    return offset <= end && size <= end - offset;
  }

  // For what lies within the memory, which begins at `cells`. False if it cannot be read.
  bool add(std::byte* cells, std::uint64_t offset, std::uint64_t size) {
    auto first = offset / kUnit, end = (offset + size + kUnit - 1) / kUnit;
    while (first < end && units_[first]) ++first;
    while (first < end && units_[end - 1]) --end;
    if (first == end) return true;
    if (!can_be_read(cells + first * kUnit, (end - first) * kUnit)) return false;
    for (; first < end; ++first) units_[first] = true;
    auto& known = ends_[offset / kHalf];
    while (known < kBytes && units_[known / kUnit]) known += kUnit;
    return true;
  }

 private:
  std::uint64_t ends_[2] = {0, kHalf};  // up to there each half is known
  std::bitset<kBytes / kUnit> units_;   // those that are, since a heap is read in any order
};

}  // namespace gilfree::detail
