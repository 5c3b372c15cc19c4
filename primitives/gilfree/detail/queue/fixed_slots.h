// FixedSlots: where a ring keeps items of one size. A position counts items since the ring was made.
//
// This and variable_slots.h are the two stores a ring can have; both offer the members below. The caller
// holds that side's lock, and the bytes between head and tail are the consumer's alone. A store is a
// handle: it knows the memory from its construction, and finds a slot within that memory whatever
// positions an unrelated process has written.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "gilfree/detail/base/copy.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/queue/slot.h"

namespace gilfree::detail {

template <typename T>
class FixedSlots {
  static_assert(alignof(T) <= 4096, "shared memory is aligned to a page");

 public:
  using Position = std::uint64_t;
  static constexpr std::size_t kAlignment = std::max(kApart, alignof(T));

  // What has to be known of an item to say whether there is room for it: nothing.
  struct Need {};
  static Need need_of(const T&) { return {}; }

  // `cells`: bytes(capacity) of them.
  FixedSlots(std::size_t capacity, std::byte* cells)
      : capacity_(capacity), mask_(std::bit_ceil(capacity) - 1), cells_(cells) {}

  // Memory for `capacity` items: rounded up to a power of two, so that no division finds a slot.
  static std::size_t bytes(std::size_t capacity) {
    if (capacity > kMostBytes / sizeof(T)) {
      throw std::length_error("gilfree: more than a terabyte of items; ask for a smaller capacity");
    }
    return std::bit_ceil(capacity) * sizeof(T);
  }

  // Returns whether a named object of that size can have that capacity.
  static bool fits(std::uint64_t capacity, std::size_t memory) {
    return capacity != 0 && capacity <= memory / sizeof(T) && bytes(capacity) <= memory;
  }

  std::size_t capacity() const { return capacity_; }
  static std::uint64_t count(Position tail, Position head) { return tail - head; }

  // The last position up to `at` that begins a cache line. A side that goes no further leaves alone the line
  // in which the other side is working.
  static Position whole_lines(Position at) {
    if constexpr (kCacheLine % sizeof(T) != 0) return at;
    return at / kPerLine * kPerLine;
  }

  [[gnu::always_inline]] bool has_room(Position tail, Position head, Need) const {
    return tail - head < capacity_;
  }

  // Whether there is so much room that waiting for more gains nothing.
  bool has_much_room(Position tail, Position head) const {
    return capacity_ - (tail - head) >= capacity_ / 4;
  }

  // Prefetches the lines of the next items between `from` and `end`. `fetched` is how far earlier calls
  // went; returns how far this one did.
  Position fetch_to_read(Position fetched, Position from, Position end) const {
    return fetch(fetched, from, end, detail::fetch_to_read);
  }
  // The same for the free ones behind the tail.
  Position fetch_to_write(Position fetched, Position tail, Position head) const {
    return fetch(fetched, tail, head + capacity_, detail::fetch_to_write);
  }

  [[gnu::always_inline]] bool should_fetch_to_write(Position fetched, Position tail,
                                                    Position head) const {
    return fetched <= tail + (kAhead - kAtOnce) && fetched - head < capacity_;
  }

  // Prefetches the line in which the item at `at` begins, also before that item is there.
  void fetch_next(Position at) const { detail::fetch_to_read(cell(at)); }

  // True if writing such an item neither throws nor calls anything.
  template <typename Item>
  static constexpr bool kHasFastWrite = Slot<T>::template kIsSmall<Item>;

  // Constructs `item` behind the last one. It is in the ring once the tail is stored there.
  template <typename Item>
  [[gnu::always_inline]] Position write(Position tail, Position /*head*/, Item&& item,
                                        Need = {}) const {
    Slot<T>::construct(cell(tail), std::forward<Item>(item));
    return tail + 1;
  }

  // Moves the first item out. discard() it, and then store the head at `next`.
  template <typename Result>
  Result read(Position head, Position& next) const {
    next = head + 1;
    return Slot<T>::template read<Result>(cell(head));
  }
  Position append(std::vector<T>& items, Position head) const {
    Slot<T>::append(items, cell(head));
    return head + 1;
  }
  // Destroys what is left of the items that were read.
  void discard([[maybe_unused]] Position from, [[maybe_unused]] Position end) const noexcept {
    if constexpr (!std::is_trivially_destructible_v<T>) {
      for (; from != end; ++from) Slot<T>::destroy(cell(from));
    }
  }
  T& item(Position at) const { return Slot<T>::item(cell(at)); }

 protected:
  std::byte* cell(Position at) const { return cells_ + (at & mask_) * sizeof(T); }

 private:
  static constexpr std::size_t kMostBytes = std::size_t{1} << 40;
  static constexpr std::size_t kLinesAhead = 12, kMostLines = 16;
  static constexpr std::size_t kPerLine = std::max<std::size_t>(kCacheLine / sizeof(T), 1);
  static constexpr std::size_t kAhead = std::max(kLinesAhead * kCacheLine / sizeof(T), kPerLine);
  static constexpr std::size_t kAtOnce = kAhead / 3;  // so that most items store no new `fetched`

  template <typename Fetch>
  Position fetch(Position fetched, Position from, Position end, Fetch fetch_line) const {
    if (fetched > from + (kAhead - kAtOnce)) return fetched;
    end = std::min(end, from + kAhead);
    fetched = std::max(fetched, from + 1);
    // The limit matters only if `end` is damaged and `fetched` runs over.
    for (std::size_t lines = 0; fetched < end && lines <= kAhead; fetched += kPerLine, ++lines) {
      const std::byte* item = cell(fetched);
      for (std::size_t at = 0; at < std::min(sizeof(T), kMostLines * kCacheLine);
           at += kCacheLine) {
        fetch_line(item + at);
      }
    }
    return fetched;
  }

  std::uint64_t capacity_;
  std::uint64_t mask_;
  std::byte* cells_;
};

}  // namespace gilfree::detail
