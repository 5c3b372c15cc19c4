// Slots: where a ring keeps items of one size. A position counts items since the ring was made.
//
// This and messages.h are the two stores a ring can have; both offer the members below. Who calls
// them holds that side's turn, and the bytes between head and tail are the consumer's alone.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

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

  // Puts `item` behind the last one. It becomes real when the tail is stored there.
  template <typename Item>
  Position write(std::byte* cells, Position tail, Position /*head*/, Item&& item) const {
    ::new (cell(cells, tail)) T(std::forward<Item>(item));
    return tail + 1;
  }

  // Takes the first item out. It is gone when the head is stored at `next`.
  template <typename Result>
  Result read(std::byte* cells, Position head, Position& next) const {
    T& slot = *std::launder(reinterpret_cast<T*>(cell(cells, head)));
    Result item(std::move(slot));
    std::destroy_at(&slot);
    next = head + 1;
    return item;
  }

 private:
  std::byte* cell(std::byte* cells, Position at) const { return cells + (at & mask_) * sizeof(T); }

  std::uint64_t capacity_;
  std::uint64_t mask_;
};

}  // namespace gilfree::core
