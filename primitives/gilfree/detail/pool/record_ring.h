// RecordRing: records of any length on their way from one writer at a time to one reader at a time.
//
//   if (std::byte* record = ring.begin(length)) { fill(record); ring.commit(); }   // the writer
//   if (auto record = ring.front()) { use(*record); ring.pop(); }                  // the reader
//
// A process pool is built on it. Unlike a Ring it hands out the memory itself, so that a record is
// written and read in place, and gives the reader its position, so that taking a record can be
// announced before it is made (state.h). Waiting is the caller's business.
//
//   | length | bytes, padded to 8 | length | bytes ... | kWrap: the next one is at offset 0 |
//
// A position packs the count of records since the ring was made and the byte offset of the next one.
// A ring reserves kReserved bytes of addresses, of which pages exist only where something was
// written; records go round in the first kUsual bytes unless one is too long for that.
//
//   | member                 | written by | says                                               |
//   | tail_                  | the writer | the position behind the last record                |
//   | head_                  | the reader | the position of the first record                   |
//   | next_, after_          | their side | where commit() and pop() will move tail_ and head_ |
//   | head_seen_, tail_seen_ | their side | copies of the other side's position                |
//
// 1. The records from head_ to tail_ are whole and the reader's alone; the writer writes only outside of them.
// 2. A record is in the ring from one store of tail_ on, and out of it from one store of head_ on, both
//    marked `commit`: releases that the other side's load acquires.
// 3. A copy may be old, but never ahead: it shows less room, or fewer records, than there are.
//
// Crash       By 2 a death leaves a whole ring. What begin() has written without a commit() means nothing.
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>
#include <system_error>

#include "gilfree/detail/base/cpu.h"

namespace gilfree::detail {

class RecordRing {
 public:
  using Position = std::uint64_t;

  static constexpr std::size_t kReserved = std::size_t{1} << 32;
  static constexpr std::size_t kLongest = std::size_t{1} << 30;  // with its length and padding
  static constexpr std::size_t kUsual = std::size_t{512} << 10;

  // In memory of its own, which forks inherit. Reserved only: no ring will use more than a little.
  static std::shared_ptr<RecordRing> make() {
    constexpr std::size_t bytes = sizeof(RecordRing) + kReserved;
    void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
      throw std::system_error(errno, std::generic_category(),
                              "gilfree::Pool: no addresses for another worker; ask for fewer");
    }
    return {::new (memory) RecordRing, [](RecordRing* ring) { ::munmap(ring, bytes); }};
  }

  // Throws std::length_error if no record can be so long.
  static void check(std::uint64_t length) { (void)needed(length); }

  // --- For the writer.

  // Where to write `length` bytes; null if there is no room until the reader has taken something.
  std::byte* begin(std::uint64_t length) {
    const std::uint64_t need = needed(length);
    const auto tail = tail_.load(std::memory_order_relaxed);
    auto at = place(tail, head_seen_, need);
    if (!at ||
        *at + need > kUsual) {  // a reader that has gone on since may leave room in the first bytes
      head_seen_ = head_.load(std::memory_order_acquire);
      at = place(tail, head_seen_, need);
      if (!at) return nullptr;
    }
    if (*at != offset_of(tail)) store(cells() + offset_of(tail), kWrap);
    store(cells() + *at, length);
    next_ = position(count_of(tail) + 1, *at + need);
    return cells() + *at + kHeader;
  }
  void commit() { tail_.store(next_, std::memory_order_release); }  // commit

  // Returns whether begin(length) may succeed: for a writer that waits for that.
  bool has_room(std::uint64_t length) const {
    return place(tail_.load(std::memory_order_relaxed), head_.load(std::memory_order_acquire),
                 needed(length))
        .has_value();
  }

  // --- For the reader.

  std::optional<std::span<const std::byte>> front() {
    const auto head = head_.load(std::memory_order_relaxed);
    if (tail_seen_ == head) {
      tail_seen_ = tail_.load(std::memory_order_acquire);
      if (tail_seen_ == head) return std::nullopt;
    }
    std::uint64_t at = offset_of(head);
    std::uint64_t length = load(cells() + at);
    if (length == kWrap) length = load(cells() + (at = 0));
    after_ = position(count_of(head) + 1, at + needed(length));
    return std::span(cells() + at + kHeader, length);
  }
  void pop() { head_.store(after_, std::memory_order_release); }  // commit

  // Where the reader stands. Differs after each pop().
  Position head() const { return head_.load(std::memory_order_acquire); }

  // --- For any thread.

  bool is_empty() const {
    const auto head = head_.load(std::memory_order_relaxed);
    return tail_.load(std::memory_order_acquire) == head;
  }
  // Returns how many records are inside. Exact while the caller keeps writer and reader away.
  std::uint64_t size() const {
    const auto head = head_.load(std::memory_order_acquire);
    return (count_of(tail_.load(std::memory_order_acquire)) - count_of(head)) & kCounts;
  }

 private:
  static constexpr std::uint64_t kHeader = sizeof(std::uint64_t);
  static constexpr std::uint64_t kWrap = ~std::uint64_t{0};
  static constexpr int kOffsetBits = 40;
  static constexpr std::uint64_t kCounts = (std::uint64_t{1} << (64 - kOffsetBits)) - 1;

  RecordRing() = default;

  static Position position(std::uint64_t count, std::uint64_t offset) {
    return count << kOffsetBits | offset;  // the count wraps, which size() allows for
  }
  static std::uint64_t offset_of(Position at) { return at & ((Position{1} << kOffsetBits) - 1); }
  static std::uint64_t count_of(Position at) { return at >> kOffsetBits; }

  static std::uint64_t needed(std::uint64_t length) {
    if (length > kLongest - kHeader) {
      throw std::length_error(
          "gilfree::Pool: a task's arguments or result take more than 1 GiB; send them in pieces");
    }
    return kHeader + (length + 7) / 8 * 8;
  }

  // The offset at which `need` bytes fit behind `tail` without touching what is left from `head` on.
  // A mark behind them always fits: a record never ends within kHeader of the memory's end.
  static std::optional<std::uint64_t> place(Position tail, Position head, std::uint64_t need) {
    const auto end = offset_of(tail), first = offset_of(head);
    const bool empty = tail == head;
    if (!empty && end <= first) {  // wrapped: free is from end to first
      return first - end >= need ? std::optional(end) : std::nullopt;
    }
    if (end + need <= kUsual) return end;
    if (need <= first) return 0;
    // Goes on behind what is there instead of waiting: the reader may be waiting for something else.
    return end + need + kHeader <= kReserved ? std::optional(end) : std::nullopt;
  }

  std::byte* cells() { return reinterpret_cast<std::byte*>(this + 1); }
  static std::uint64_t load(const std::byte* from) {
    std::uint64_t value;
    std::memcpy(&value, from, sizeof value);
    return value;
  }
  static void store(std::byte* to, std::uint64_t value) { std::memcpy(to, &value, sizeof value); }

  alignas(kApart) std::atomic<Position> tail_{0};
  Position next_ = 0;       // the writer's: where commit() leads
  Position head_seen_ = 0;  // the writer's: where it last saw the reader
  alignas(kApart) std::atomic<Position> head_{0};
  Position after_ = 0;      // the reader's: where pop() leads
  Position tail_seen_ = 0;  // the reader's: where it last saw the writer
};

}  // namespace gilfree::detail
