// Messages: where a ring keeps items of any length, each in one piece behind its length.
//
//   | length | bytes, padded to 8 | length | bytes ... | kWrap |
//
// A position packs the count of items since the ring was made (for capacity and size) and the byte
// offset of the next one, so that one store still commits both.
//
// The memory is far larger than what is used of it: kReserved bytes of address space, of which pages
// exist only where something was written. Messages go round in the first kUsual bytes, or four times
// the length of a message that is larger than that; a message starts where there is room for all of
// it, or at offset 0 behind a kWrap mark. So any message up to kLongest fits in one piece, and small
// ones stay in a small, warm part.
//
// Offsets and lengths come from shared memory: each is read once, and believed only within kReserved.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>

#include "primitives/codec.h"
#include "primitives/errors.h"

namespace gilfree::core {

template <typename T>
class Messages {
 public:
  using Position = std::uint64_t;

  static constexpr std::size_t kReserved = std::size_t{2} << 30;
  static constexpr std::size_t kLongest = std::size_t{1} << 30;  // with its length and padding
  static constexpr std::size_t kUsual = std::size_t{256} << 10;
  static constexpr std::size_t kMostItems = (std::size_t{1} << 24) - 1;

  // `cells`: bytes(capacity) of them.
  Messages(std::size_t capacity, std::byte* cells) : capacity_(capacity), cells_(cells) {}

  static std::size_t bytes(std::size_t capacity) {
    if (capacity > kMostItems) {
      throw std::length_error(
          "gilfree: a queue or pipe of messages holds at most 16777215; ask for a smaller "
          "capacity");
    }
    return kReserved;
  }

  // True if a stranger's memory of that size can be one of that capacity.
  static bool fits(std::uint64_t capacity, std::size_t memory) {
    return capacity != 0 && capacity <= kMostItems && memory >= kReserved;
  }

  std::size_t capacity() const { return capacity_; }
  static std::uint64_t count(Position tail, Position head) {
    return (count_of(tail) - count_of(head)) & kMostItems;
  }

  bool has_room(Position tail, Position head, const T& item) const {
    return count(tail, head) < capacity_ && place(tail, head, needed(length_of(item))).has_value();
  }

  static Position whole_lines(Position at) { return at; }

  // Not known in bytes.
  bool has_much_room(Position, Position) const { return false; }

  // Long runs of lines, which the CPU fetches ahead by itself.
  static Position fetch_to_read(Position asked, Position, Position) { return asked; }
  static Position fetch_to_write(Position asked, Position, Position) { return asked; }

  Position write(Position tail, Position head, const T& item) const {
    const std::uint64_t length = length_of(item), need = needed(length);
    const std::uint64_t at = *place(tail, head, need);
    if (at != offset_of(tail)) store(bytes_at(offset_of(tail), kHeader), kWrap);
    std::byte* message = bytes_at(at, need);
    store(message, length);
    Codec<T>::write(item, message + kHeader);
    return position(count_of(tail) + 1, at + need);
  }

  template <typename Result>
  Result read(Position head, Position& next) const {
    std::uint64_t at = offset_of(head);
    std::uint64_t length = load(bytes_at(at, kHeader));
    if (length == kWrap) length = load(bytes_at(at = 0, kHeader));
    if (length > kLongest - kHeader) corrupted();
    const std::byte* message = bytes_at(at, needed(length));
    next = position(count_of(head) + 1, at + needed(length));
    return Result(Codec<T>::read(message + kHeader, length));
  }

 private:
  static constexpr std::uint64_t kHeader = sizeof(std::uint64_t);
  static constexpr std::uint64_t kWrap = ~std::uint64_t{0};
  static constexpr int kOffsetBits = 40;

  static Position position(std::uint64_t count, std::uint64_t offset) {
    return count << kOffsetBits | offset;  // the count wraps, which count() allows for
  }
  static std::uint64_t offset_of(Position at) { return at & ((Position{1} << kOffsetBits) - 1); }
  static std::uint64_t count_of(Position at) { return at >> kOffsetBits; }

  static std::uint64_t length_of(const T& item) {
    const std::uint64_t length = Codec<T>::size(item);
    if (length > kLongest - kHeader) {
      throw std::length_error(
          "gilfree: a message holds at most 1 GiB less 8 bytes; send it in pieces");
    }
    return length;
  }
  static std::uint64_t needed(std::uint64_t length) { return kHeader + (length + 7) / 8 * 8; }

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

  // Those bytes, if they lie within the memory.
  std::byte* bytes_at(std::uint64_t offset, std::uint64_t size) const {
    if (offset > kReserved || size > kReserved - offset) corrupted();
    return cells_ + offset;
  }
  [[noreturn]] static void corrupted() {
    throw Corrupted("gilfree: a queue or pipe holds a message that reaches beyond its memory");
  }

  static std::uint64_t load(const std::byte* from) {
    std::uint64_t value;
    std::memcpy(&value, from, sizeof value);
    return value;
  }
  static void store(std::byte* to, std::uint64_t value) { std::memcpy(to, &value, sizeof value); }

  std::uint64_t capacity_;
  std::byte* cells_;
};

}  // namespace gilfree::core
