// CompactingStore: where a heap keeps items of any length, each in a numbered slot.
//
// Two halves of memory, of which one is in use, as in a copying garbage collector (Cheney 1970):
//
//   | slot, slot, ...   | slot, slot, ...   |   a table for each half: the extent (offset, length) of each message
//   | messages ...      | messages ...      |   the halves
//
//   | member of State | says                                          | after a death                 |
//   | half            | which half is in use; the other means nothing | true: the one store to commit |
//   | end             | where the next message goes                   | derived by repair()           |
//   | used            | the bytes of the live messages                | derived by repair()           |
//
// 1. The heap knows which slots are live. The extents of the others mean nothing.
// 2. The live messages are in the half in use, below `end`, and do not overlap.
// 3. A message is written at `end`. Without room there, compact() copies the live ones to the other half,
//    and one store of `half`, marked `commit`, switches: a death while it copies leaves the half in use as it was.
//
// The caller holds the queue's lock, except for has_room().
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "gilfree/codec.h"
#include "gilfree/detail/base/copy.h"
#include "gilfree/detail/queue/message_memory.h"

namespace gilfree::detail {

template <typename T>
class CompactingStore : public MessageMemory<T> {
  using Memory = MessageMemory<T>;

 public:
  using typename Memory::Need;

  struct State {
    std::atomic<std::uint32_t> half{0};
    std::atomic<std::uint64_t> used{0};
    std::uint64_t end = 0;
  };

  CompactingStore(State& state, std::size_t capacity, std::byte* cells)
      : Memory(capacity, cells + 2 * capacity * sizeof(Extent)),
        state_(&state),
        extents_(reinterpret_cast<Extent*>(cells)) {}

  static std::size_t bytes(std::size_t capacity) {
    return Memory::bytes(capacity) + 2 * capacity * sizeof(Extent);
  }
  static bool fits(std::uint64_t capacity, std::size_t memory) {
    return capacity != 0 && capacity <= Memory::kMostItems && bytes(capacity) <= memory;
  }

  bool has_room(Need length) const {
    const auto used = state_->used.load(std::memory_order_relaxed);
    return used <= kHalf && Memory::needed(length) <= kHalf - used;
  }

  // Writes a message for that slot. `live(visit)` calls visit(slot) for each live one.
  template <typename Live>
  void write(std::uint32_t slot, const T& item, Need length, Live live) const {
    const auto need = Memory::needed(length);
    const auto used = state_->used.load(std::memory_order_relaxed);
    if (state_->end + need > std::min(kHalf, std::max(Memory::kUsual, 3 * (used + need)))) {
      compact(live);
    }
    const Extent extent{state_->end, length};
    Codec<T>::write(item, room(half(), extent));
    extents_[half() * this->capacity() + slot] = extent;
    state_->end += need;
    state_->used.store(used + need, std::memory_order_relaxed);
  }
  T item(std::uint32_t slot) const {
    const Extent extent = extent_of(slot);
    return Codec<T>::read(at(half(), extent), extent.length);
  }
  template <typename Result>
  Result read(std::uint32_t slot) const {
    if constexpr (std::is_same_v<Result, T>) {
      return item(slot);
    } else {
      return Result(std::in_place, item(slot));
    }
  }
  void append(std::vector<T>& items, std::uint32_t slot) const { items.push_back(item(slot)); }
  // The slot is live no more.
  void release(std::uint32_t slot) const {
    const auto used = state_->used.load(std::memory_order_relaxed);
    state_->used.store(used - Memory::needed(extent_of(slot).length), std::memory_order_relaxed);
  }

  // Derives `end` and `used` from the extents of the live slots.
  template <typename Live>
  void repair(Live live) const {
    std::uint64_t used = 0, end = 0;
    live([&](std::uint32_t slot) {
      const Extent extent = extent_of(slot);
      used += Memory::needed(extent.length);
      end = std::max(end, extent.offset + Memory::needed(extent.length));
    });
    state_->end = end;
    state_->used.store(used, std::memory_order_relaxed);
  }

 private:
  struct Extent {
    std::uint64_t offset, length;
  };
  static constexpr std::uint64_t kHalf = Memory::kReserved / 2;

  template <typename Live>
  void compact(Live live) const {
    const auto from = half(), to = 1 - from;
    std::uint64_t end = 0;
    live([&](std::uint32_t slot) {
      const Extent old = extent_of(slot), now{end, old.length};
      copy_bytes(room(to, now), at(from, old), old.length);
      extents_[to * this->capacity() + slot] = now;
      end += Memory::needed(old.length);
    });
    state_->half.store(to, std::memory_order_release);  // commit
    state_->end = end;
  }

  std::uint32_t half() const { return state_->half.load(std::memory_order_relaxed) & 1; }
  Extent extent_of(std::uint32_t slot) const {
    Extent extent = extents_[half() * this->capacity() + slot];
    (void)Memory::believed(extent.length);
    return extent;
  }
  const std::byte* at(std::uint32_t half, const Extent& extent) const {
    return this->readable_at(offset_in(half, extent), Memory::needed(extent.length));
  }
  // The same, to be written.
  std::byte* room(std::uint32_t half, const Extent& extent) const {
    return this->room_at(offset_in(half, extent), Memory::needed(extent.length));
  }
  static std::uint64_t offset_in(std::uint32_t half, const Extent& extent) {
    if (extent.offset > kHalf) Memory::corrupted();
    return half * kHalf + extent.offset;
  }

  State* state_;
  Extent* extents_;
};

}  // namespace gilfree::detail
