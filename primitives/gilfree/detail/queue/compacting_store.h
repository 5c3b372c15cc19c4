// CompactingStore: where a heap keeps items of any length, each in a numbered place that it can be found by.
//
//   | place, place, ... | place, place, ... |   two tables: where each numbered message is,
//   | messages ...      | messages ...      |   and two halves of the memory, of which one is in use
//
// Messages are written one behind the other. When there is no room behind the last one, those that
// are still wanted are copied into the other half, and one store of `half` moves there: a process
// killed while it copies leaves what was.
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
    std::atomic<std::uint64_t> used{0};  // bytes of what is wanted; the rest is derived from it
    std::uint64_t end = 0;               // where the next message goes in this half
  };

  CompactingStore(State& state, std::size_t capacity, std::byte* cells)
      : Memory(capacity, cells + 2 * capacity * sizeof(Place)),
        state_(&state),
        places_(reinterpret_cast<Place*>(cells)) {}

  static std::size_t bytes(std::size_t capacity) {
    return Memory::bytes(capacity) + 2 * capacity * sizeof(Place);
  }
  static bool fits(std::uint64_t capacity, std::size_t memory) {
    return capacity != 0 && capacity <= Memory::kMostItems && bytes(capacity) <= memory;
  }

  bool has_room(Need length) const {
    const auto used = state_->used.load(std::memory_order_relaxed);
    return used <= kHalf && Memory::needed(length) <= kHalf - used;
  }

  // Writes number `which`. `each(visit)` calls visit(number) for those that are wanted.
  template <typename Each>
  void write(std::uint32_t which, const T& item, Need length, Each each) const {
    const auto need = Memory::needed(length);
    const auto used = state_->used.load(std::memory_order_relaxed);
    if (state_->end + need > std::min(kHalf, std::max(Memory::kUsual, 3 * (used + need)))) {
      tidy(each);
    }
    const Place place{state_->end, length};
    Codec<T>::write(item, room(half(), place));
    places_[half() * this->capacity() + which] = place;
    state_->end += need;
    state_->used.store(used + need, std::memory_order_relaxed);
  }
  T item(std::uint32_t which) const {
    const Place place = place_of(which);
    return Codec<T>::read(at(half(), place), place.length);
  }
  template <typename Result>
  Result read(std::uint32_t which) const {
    if constexpr (std::is_same_v<Result, T>) {
      return item(which);
    } else {
      return Result(std::in_place, item(which));
    }
  }
  void append(std::vector<T>& items, std::uint32_t which) const { items.push_back(item(which)); }
  // Number `which` is no longer wanted.
  void forget(std::uint32_t which) const {
    const auto used = state_->used.load(std::memory_order_relaxed);
    state_->used.store(used - Memory::needed(place_of(which).length), std::memory_order_relaxed);
  }

  // Derives the rest of the state from the places of what is wanted.
  template <typename Each>
  void repair(Each each) const {
    std::uint64_t used = 0, end = 0;
    each([&](std::uint32_t which) {
      const Place place = place_of(which);
      used += Memory::needed(place.length);
      end = std::max(end, place.offset + Memory::needed(place.length));
    });
    state_->end = end;
    state_->used.store(used, std::memory_order_relaxed);
  }

 private:
  struct Place {
    std::uint64_t offset, length;
  };
  static constexpr std::uint64_t kHalf = Memory::kReserved / 2;

  template <typename Each>
  void tidy(Each each) const {
    const auto from = half(), to = 1 - from;
    std::uint64_t end = 0;
    each([&](std::uint32_t which) {
      const Place old = place_of(which), now{end, old.length};
      copy_bytes(room(to, now), at(from, old), old.length);
      places_[to * this->capacity() + which] = now;
      end += Memory::needed(old.length);
    });
    state_->half.store(to, std::memory_order_release);  // commit
    state_->end = end;
  }

  std::uint32_t half() const { return state_->half.load(std::memory_order_relaxed) & 1; }
  Place place_of(std::uint32_t which) const {
    Place place = places_[half() * this->capacity() + which];
    (void)Memory::believed(place.length);
    return place;
  }
  std::byte* at(std::uint32_t half, const Place& place) const {
    if (place.offset > kHalf) Memory::corrupted();
    return this->bytes_at(half * kHalf + place.offset, Memory::needed(place.length));
  }
  // The same, to be written.
  std::byte* room(std::uint32_t half, const Place& place) const {
    (void)at(half, place);
    return this->room_at(half * kHalf + place.offset, Memory::needed(place.length));
  }

  State* state_;
  Place* places_;
};

}  // namespace gilfree::detail
