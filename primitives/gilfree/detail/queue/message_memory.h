// MessageMemory: memory for items of any length, and what is written beside them.
//
// Far larger than what is used of it: kReserved bytes of address space, of which pages exist only
// where something was written. A position in it packs a count of items and a byte offset, so that one
// store commits both.
//
// Offsets and lengths come from shared memory: each is read once, and believed only within kReserved and
// where there are pages (readable_pages.h).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>

#include "gilfree/codec.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/memory/mapping.h"
#include "gilfree/detail/queue/contents_check.h"
#include "gilfree/detail/queue/readable_pages.h"

namespace gilfree::detail {

template <typename T>
class MessageMemory {
 public:
  using Position = std::uint64_t;
  using Need = std::uint64_t;  // the bytes of a message, as its Codec has said once
  static constexpr std::size_t kAlignment = kApart;

  static constexpr std::size_t kReserved = std::size_t{2} << 30;
  static constexpr std::size_t kLongest = std::size_t{1} << 30;  // with its length and padding
  static constexpr std::size_t kUsual = std::size_t{256} << 10;
  static constexpr std::size_t kMostItems = (std::size_t{1} << 24) - 1;

  // `cells`: bytes(capacity) of them.
  MessageMemory(std::size_t capacity, std::byte* cells) : capacity_(capacity), cells_(cells) {}

  static std::size_t bytes(std::size_t capacity) {
    if (capacity > kMostItems) {
      throw std::length_error(
          "gilfree: a queue or pipe of messages holds at most 16777215; ask for a smaller "
          "capacity");
    }
    return kReserved;
  }

  // Returns whether a named object of that size can have that capacity.
  static bool fits(std::uint64_t capacity, std::size_t memory) {
    return capacity != 0 && capacity <= kMostItems && memory >= kReserved;
  }

  std::size_t capacity() const { return capacity_; }

  static Need need_of(const T& item) {
    const std::uint64_t length = Codec<T>::size(item);
    if (length > kLongest - kHeader) {
      throw std::length_error(
          "gilfree: a message holds at most 1 GiB less 8 bytes; send it in pieces");
    }
    return length;
  }

 protected:
  static constexpr std::uint64_t kHeader = sizeof(std::uint64_t);

  static Position position(std::uint64_t count, std::uint64_t offset) {
    return count << kOffsetBits | offset;
  }
  static std::uint64_t offset_of(Position at) { return at & ((Position{1} << kOffsetBits) - 1); }
  static std::uint64_t count_of(Position at) { return at >> kOffsetBits; }

  static std::uint64_t needed(std::uint64_t length) { return kHeader + (length + 7) / 8 * 8; }
  // A length that was read from the memory.
  static std::uint64_t believed(std::uint64_t length) {
    if (length > kLongest - kHeader) corrupted();
    return length;
  }

  // Those bytes, to be read. By the reader under its lock.
  const std::byte* readable_at(std::uint64_t offset, std::uint64_t size) const {
    if (!readable_.cover(offset, size)) [[unlikely]]
      look_at(offset, size);
    return cells_ + offset;
  }
  // The same, to be written. By the writer under its lock. Throws std::system_error, no_space_on_device.
  std::byte* room_at(std::uint64_t offset, std::uint64_t size) const {
    std::byte* const room = cells_ + offset_within(offset, size);
    if (offset + size > reserved_[offset / kHalf % 2]) [[unlikely]]
      reserve(offset, size);
    return room;
  }
  [[noreturn]] static void corrupted() { throw_corrupted_contents(); }

  static std::uint64_t load(const std::byte* from) {
    std::uint64_t value;
    std::memcpy(&value, from, sizeof value);
    return value;
  }
  static void store(std::byte* to, std::uint64_t value) { std::memcpy(to, &value, sizeof value); }

 private:
  static constexpr int kOffsetBits = 40;
  static constexpr std::uint64_t kHalf = kReserved / 2;

  static std::uint64_t offset_within(std::uint64_t offset, std::uint64_t size) {
    if (offset > kReserved || size > kReserved - offset) corrupted();
    return offset;
  }
  // A function of its own, so that put() and get() stay small enough to be inlined.
  [[gnu::noinline]] void look_at(std::uint64_t offset, std::uint64_t size) const {
    if (!readable_.add(cells_, offset_within(offset, size), size)) corrupted();
  }
  [[gnu::noinline]] void reserve(std::uint64_t offset, std::uint64_t size) const {
    auto& reserved = reserved_[offset / kHalf % 2];
    const auto end = std::min((offset + size + kUsual - 1) / kUsual * kUsual, kReserved);
    reserve_pages(cells_ + reserved, end - reserved);
    reserved = end;
  }

  std::uint64_t capacity_;
  std::byte* cells_;
  // Up to where each half is known to have pages, by the writer.
  mutable std::uint64_t reserved_[2] = {0, kHalf};
  mutable ReadablePages<kReserved, kUsual> readable_;  // by the reader, which may be another thread
};

}  // namespace gilfree::detail
