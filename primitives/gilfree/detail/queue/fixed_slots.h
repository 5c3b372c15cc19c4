// FixedSlots: where a ring keeps items of one size. A position counts items since the ring was made.
//
// This and variable_slots.h are the two stores a ring can have; both offer the members below. Who calls
// them holds that side's turn, and the bytes between head and tail are the consumer's alone. A store
// is a handle: what it knows of the memory it got when it was made, and it finds a slot within that
// whatever positions a stranger has written.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "gilfree/detail/base/copy.h"
#include "gilfree/detail/base/cpu.h"

namespace gilfree::detail {

// What is in a slot, as something to construct from: a T, or whatever holds one, gets it without a
// copy in between. The slot is empty afterwards.
template <typename T>
class Taken {
 public:
  // A T so large that how it is copied matters, and that can begin as anything.
  static constexpr bool kInPieces =
      std::is_trivially_copyable_v<T> &&
      sizeof(T) > kPiece&& std::is_trivially_default_constructible_v<T>;

  // A T so small that it is copied without a call.
  template <typename Item>
  static constexpr bool kIsSmall =
      std::is_same_v<std::remove_cvref_t<Item>, T>&& std::is_trivially_copyable_v<T> &&
      (sizeof(T) % kWord == 0 ? sizeof(T) <= 32 * kWord : sizeof(T) <= 2 * kWord);

  explicit Taken(std::byte* slot) : slot_(*std::launder(reinterpret_cast<T*>(slot))) {}

  operator T() const {  // NOLINT: implicit
    if constexpr (kInPieces) {
      return copied_in_pieces();
    } else {
      return moved();
    }
  }

  template <typename Item>
  [[gnu::always_inline]] static void put(std::byte* slot, Item&& item) {
    if constexpr (kInPieces) {
      copy_bytes(slot, &item, sizeof(T));
    } else if constexpr (kIsSmall<Item> && sizeof(T) % kWord == 0) {
      copy_fresh<sizeof(T)>(slot, reinterpret_cast<const std::byte*>(&item));
    } else {
      ::new (slot) T(std::forward<Item>(item));
    }
  }

 private:
  // Each makes its item where the caller wants it. A variable within a block of its own, of an `if
  // constexpr` say, would be copied there: g++ leaves that copy out only since version 14.
  T copied_in_pieces() const {
    T item;
    copy_bytes(&item, &slot_, sizeof(T));
    return item;
  }
  T moved() const {
    T item(std::move(slot_));
    std::destroy_at(&slot_);
    return item;
  }

  T& slot_;
};

template <typename T>
class FixedSlots {
  static_assert(alignof(T) <= kApart, "the memory is not aligned further");

 public:
  using Position = std::uint64_t;

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

  // True if a stranger's memory of that size can be one of that capacity.
  static bool fits(std::uint64_t capacity, std::size_t memory) {
    return capacity != 0 && capacity <= memory / sizeof(T) && bytes(capacity) <= memory;
  }

  std::size_t capacity() const { return capacity_; }
  static std::uint64_t count(Position tail, Position head) { return tail - head; }

  // The last position up to there that begins a line: behind it the other side is still at work.
  static Position whole_lines(Position at) {
    if constexpr (kCacheLine % sizeof(T) != 0) return at;
    return at / kPerLine * kPerLine;
  }

  template <typename Item>
  [[gnu::always_inline]] bool has_room(Position tail, Position head, const Item&) const {
    return tail - head < capacity_;
  }

  // So much that waiting for more gains nothing.
  bool has_much_room(Position tail, Position head) const {
    return capacity_ - (tail - head) >= capacity_ / 4;
  }

  // Asks for the lines that hold the next items, of those between `from` and `end`. `asked` is how
  // far earlier calls went; returns how far this one did.
  Position fetch_to_read(Position asked, Position from, Position end) const {
    return fetch(asked, from, end, detail::fetch_to_read);
  }
  // The same for the free ones behind the tail.
  Position fetch_to_write(Position asked, Position tail, Position head) const {
    return fetch(asked, tail, head + capacity_, detail::fetch_to_write);
  }

  [[gnu::always_inline]] bool should_fetch_to_write(Position asked, Position tail,
                                                    Position head) const {
    return asked <= tail + (kAhead - kAtOnce) && asked - head < capacity_;
  }

  // The line where the item at `at` begins, which may not have come yet.
  void fetch_next(Position at) const { detail::fetch_to_read(cell(at)); }

  // True if writing such an item neither throws nor calls anything.
  template <typename Item>
  static constexpr bool kWritesAtOnce = Taken<T>::template kIsSmall<Item>;

  // Puts `item` behind the last one. It becomes real when the tail is stored there.
  template <typename Item>
  [[gnu::always_inline]] Position write(Position tail, Position /*head*/, Item&& item) const {
    Taken<T>::put(cell(tail), std::forward<Item>(item));
    return tail + 1;
  }

  // Takes the first item out. It is gone when the head is stored at `next`.
  template <typename Result>
  Result read(Position head, Position& next) const {
    next = head + 1;
    return Result(taken(head));
  }
  Taken<T> taken(Position at) const { return Taken<T>(cell(at)); }
  T& item(Position at) const { return *std::launder(reinterpret_cast<T*>(cell(at))); }

 private:
  static constexpr std::size_t kMostBytes = std::size_t{1} << 40;
  static constexpr std::size_t kLinesAhead = 12, kMostLines = 16;
  static constexpr std::size_t kPerLine = std::max<std::size_t>(kCacheLine / sizeof(T), 1);
  static constexpr std::size_t kAhead = std::max(kLinesAhead * kCacheLine / sizeof(T), kPerLine);
  static constexpr std::size_t kAtOnce = kAhead / 3;  // so that most items store no new `asked`

  template <typename Fetch>
  Position fetch(Position asked, Position from, Position end, Fetch fetch_line) const {
    if (asked > from + (kAhead - kAtOnce)) return asked;
    end = std::min(end, from + kAhead);
    for (asked = std::max(asked, from + 1); asked < end; asked += kPerLine) {
      const std::byte* item = cell(asked);
      for (std::size_t at = 0; at < std::min(sizeof(T), kMostLines * kCacheLine);
           at += kCacheLine) {
        fetch_line(item + at);
      }
    }
    return asked;
  }

  std::byte* cell(Position at) const { return cells_ + (at & mask_) * sizeof(T); }

  std::uint64_t capacity_;
  std::uint64_t mask_;
  std::byte* cells_;
};

}  // namespace gilfree::detail
