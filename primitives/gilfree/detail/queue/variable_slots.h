// VariableSlots: where a ring keeps items of any length, each in one piece behind its length.
//
//   | length | bytes, padded to 8 | length | bytes ... | kWrap |
//
// A position packs the count of items since the ring was made (for capacity and size) and the byte
// offset of the next one.
//
// Messages go round in the first kUsual bytes, or four times the length of a message that is larger
// than that; a message starts where there is room for all of it, or at offset 0 behind a kWrap mark.
// So any message up to kLongest fits in one piece, and small ones stay in a small, warm part.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "gilfree/codec.h"
#include "gilfree/detail/queue/message_memory.h"

namespace gilfree::detail {

template <typename T>
class VariableSlots : public MessageMemory<T> {
  using Memory = MessageMemory<T>;

 public:
  using Memory::kMostItems, Memory::kReserved, Memory::kLongest, Memory::kUsual;
  using Memory::Memory;
  using typename Memory::Need;
  using typename Memory::Position;

  static std::uint64_t count(Position tail, Position head) {
    return (count_of(tail) - count_of(head)) & kMostItems;
  }

  bool has_room(Position tail, Position head, Need length) const {
    return count(tail, head) < this->capacity() && place(tail, head, needed(length)).has_value();
  }

  static Position whole_lines(Position at) { return at; }

  // The store does not know how long the next messages will be, so no room is known to be much.
  bool has_much_room(Position, Position) const { return false; }

  template <typename>
  static constexpr bool kHasFastWrite = false;

  // No prefetches: messages are long runs of cache lines, which the CPU fetches ahead by itself.
  static Position fetch_to_read(Position fetched, Position, Position) { return fetched; }
  static Position fetch_to_write(Position fetched, Position, Position) { return fetched; }
  static void fetch_next(Position) {}

  Position write(Position tail, Position head, const T& item, Need length) const {
    const std::uint64_t need = needed(length);
    const std::uint64_t at = place(tail, head, need).value_or(kReserved);
    if (at != offset_of(tail)) store(room_at(offset_of(tail), kHeader), kWrap);
    std::byte* message = room_at(at, need);
    store(message, length);
    Codec<T>::write(item, message + kHeader);
    return position(count_of(tail) + 1, at + need);  // the count wraps, which count() allows for
  }

  template <typename Result>
  Result read(Position head, Position& next) const {
    const auto [message, length] = find(head, next);
    if constexpr (std::is_same_v<Result, T>) {
      return Codec<T>::read(message, length);
    } else {
      return Result(std::in_place, Codec<T>::read(message, length));
    }
  }
  Position append(std::vector<T>& items, Position head) const {
    Position next;
    const auto [message, length] = find(head, next);
    items.push_back(Codec<T>::read(message, length));
    return next;
  }
  void discard(Position, Position) const noexcept {}

 private:
  struct Message {
    const std::byte* bytes;
    std::uint64_t length;
  };
  Message find(Position head, Position& next) const {
    std::uint64_t at = offset_of(head);
    std::uint64_t length = load(readable_at(at, kHeader));
    if (length == kWrap) length = load(readable_at(at = 0, kHeader));
    const std::byte* message = readable_at(at, needed(believed(length)));
    next = position(count_of(head) + 1, at + needed(length));
    return {message + kHeader, length};
  }

  using Memory::believed, Memory::readable_at, Memory::room_at, Memory::load, Memory::store,
      Memory::kHeader;
  using Memory::position, Memory::offset_of, Memory::count_of, Memory::needed;

  static constexpr std::uint64_t kWrap = ~std::uint64_t{0};

  // The offset at which `need` bytes fit behind `tail` without touching what is left from `head` on.
  static std::optional<std::uint64_t> place(Position tail, Position head, std::uint64_t need) {
    const auto end = offset_of(tail), first = offset_of(head);
    const bool empty = tail == head;
    if (!empty && end <= first) {  // wrapped: free is from end to first
      return first - end >= need ? std::optional(end) : std::nullopt;
    }
    const auto usual = std::max<std::uint64_t>(kUsual, std::min(4 * need, kReserved - kLongest));
    if (end + need <= usual) return end;
    if (need <= first) return 0;
    // Nothing to wait for. A message starts at kReserved - kLongest at the latest, so this one fits.
    return empty ? std::optional(end) : std::nullopt;
  }
};

}  // namespace gilfree::detail
