// Slots: where a ring keeps items of one size. A position counts items since the ring was made.
//
// This and messages.h are the two stores a ring can have; both offer the members below. Who calls
// them holds that side's turn, and the bytes between head and tail are the consumer's alone.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "primitives/core/copy.h"
#include "primitives/core/patience.h"

namespace gilfree::core {

template <typename T>
class Slots {
 public:
  using Position = std::uint64_t;

  explicit Slots(std::size_t capacity) : capacity_(capacity), mask_(std::bit_ceil(capacity) - 1) {}

  // Memory for `capacity` items: rounded up to a power of two, so that no division finds a slot.
  static std::size_t bytes(std::size_t capacity) { return std::bit_ceil(capacity) * sizeof(T); }

  std::size_t capacity() const { return capacity_; }
  static std::uint64_t count(Position tail, Position head) { return tail - head; }

  template <typename Item>
  bool has_room(Position tail, Position head, const Item&) const {
    return tail - head < capacity_;
  }

  // Asks for the lines that hold the next items, of those between `from` and `end`. `asked` is how
  // far earlier calls went; returns how far this one did.
  static constexpr bool kFetches = true;
  Position fetch_to_read(std::byte* cells, Position asked, Position from, Position end) const {
    return fetch(cells, asked, from, end, core::fetch_to_read);
  }
  // The same for the free ones behind the tail.
  Position fetch_to_write(std::byte* cells, Position asked, Position tail, Position head) const {
    return fetch(cells, asked, tail, head + capacity_, core::fetch_to_write);
  }

  // Puts `item` behind the last one. It becomes real when the tail is stored there.
  template <typename Item>
  Position write(std::byte* cells, Position tail, Position /*head*/, Item&& item) const {
    if constexpr (kInPieces) {
      copy_bytes(cell(cells, tail), &item, sizeof(T));
    } else {
      ::new (cell(cells, tail)) T(std::forward<Item>(item));
    }
    return tail + 1;
  }

  // Takes the first item out. It is gone when the head is stored at `next`.
  template <typename Result>
  Result read(std::byte* cells, Position head, Position& next) const {
    next = head + 1;
    return Result(Taken{*std::launder(reinterpret_cast<T*>(cell(cells, head)))});
  }

 private:
  static constexpr std::size_t kLinesAhead = 12, kMostLines = 16;
  static constexpr std::size_t kPerLine = std::max<std::size_t>(kCacheLine / sizeof(T), 1);
  static constexpr std::size_t kAhead = std::max(kLinesAhead * kCacheLine / sizeof(T), kPerLine);
  static constexpr bool kInPieces =
      std::is_trivially_copyable_v<T> &&
      sizeof(T) > kPiece&& std::is_trivially_default_constructible_v<T>;

  // What is in a slot, as something to construct from: a T, or whatever holds one, gets it without a
  // copy in between.
  struct Taken {
    T& slot;
    operator T() const {  // NOLINT: implicit
      if constexpr (kInPieces) {
        T item;
        copy_bytes(&item, &slot, sizeof(T));
        return item;
      } else {
        T item(std::move(slot));
        std::destroy_at(&slot);
        return item;
      }
    }
  };

  template <typename Fetch>
  Position fetch(std::byte* cells, Position asked, Position from, Position end,
                 Fetch fetch_line) const {
    end = std::min(end, from + kAhead);
    for (asked = std::max(asked, from + 1); asked < end; asked += kPerLine) {
      const std::byte* item = cell(cells, asked);
      for (std::size_t at = 0; at < std::min(sizeof(T), kMostLines * kCacheLine);
           at += kCacheLine) {
        fetch_line(item + at);
      }
    }
    return asked;
  }

  std::byte* cell(std::byte* cells, Position at) const { return cells + (at & mask_) * sizeof(T); }

  std::uint64_t capacity_;
  std::uint64_t mask_;
};

}  // namespace gilfree::core
