// HeapStore: a LockedQueue's store from which the smallest leaves first, equals in the order of their arrival.
//
// A binary heap (Williams 1964) of slot numbers: an item stays in its slot, and only the slot's number moves.
//
//   | member of the memory | indexed by | an element                                                                |
//   | arrivals_            | slot       | the number of its item's arrival; 0: the slot is free                     |
//   | items_               | slot       | the item (fixed_slots.h, or compacting_store.h for items of any length)   |
//   | order_               | heap index | a slot: below `size` the occupied ones, as a heap, and then the free ones |
//
// 1. An item is inside from one store of its arrival on, until one store of 0 there: both marked `commit`.
// 2. order_ names each slot once. No item of the heap leaves before its parent: the top leaves first.
// 3. Arrival numbers grow: of equal items the one with the smaller number has come first.
// 4. What may throw (Compare, a Codec, a move) is called before the commit and before order_ is changed.
//
// The caller holds the queue's lock, except for size() and has_room().
//
// Crash       arrivals_ and items_ are the truth; order_, `size` and `arrivals` follow after the commit, and a
//             death leaves them anywhere in between. The next owner of the lock calls repair(), which makes
//             them from arrivals_ and may be killed too (docs/adr/0007-heap-order-is-derived.md).
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "gilfree/detail/queue/compacting_store.h"
#include "gilfree/detail/queue/contents_check.h"
#include "gilfree/detail/queue/fixed_slots.h"
#include "gilfree/detail/queue/item_store.h"
#include "gilfree/detail/queue/slot.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

// Items of one size, each in its slot.
template <typename T>
class FixedHeapItems : public FixedSlots<T> {
 public:
  using typename FixedSlots<T>::Need;

  struct State {};

  FixedHeapItems(State&, std::size_t capacity, std::byte* cells) : FixedSlots<T>(capacity, cells) {}

  bool has_room(Need) const { return true; }
  template <typename Item, typename Live>
  void write(std::uint32_t slot, Item&& item, Need, Live) const {
    (void)FixedSlots<T>::write(slot, 0, std::forward<Item>(item));
  }
  template <typename Result>
  Result read(std::uint32_t slot) const {
    return Slot<T>::template read<Result>(this->cell(slot));
  }
  void append(std::vector<T>& items, std::uint32_t slot) const {
    (void)FixedSlots<T>::append(items, slot);
  }
  void release(std::uint32_t slot) const { this->discard(slot, slot + 1); }
  template <typename Live>
  void repair(Live) const {}
};

template <typename T, Scope S, typename Compare>
class HeapStore {
  using Items = std::conditional_t<stored_as_message<T, S>, CompactingStore<T>, FixedHeapItems<T>>;
  using Arrival = std::atomic<std::uint64_t>;

 public:
  using Need = typename Items::Need;
  static constexpr std::size_t kAlignment = Items::kAlignment;

  struct State {
    std::atomic<std::uint64_t> size{0};  // occupied slots
    std::uint64_t arrivals = 0;          // the latest arrival number
    std::uint8_t damaged =
        0;  // from a death to the end of repair(). No bool: another process may write any byte
    typename Items::State items;
  };

  HeapStore(State& state, std::size_t capacity, std::byte* cells)
      : state_(&state),
        capacity_(capacity),
        arrivals_(reinterpret_cast<Arrival*>(cells)),
        order_(reinterpret_cast<std::uint32_t*>(cells + capacity * sizeof(Arrival))),
        items_(state.items, capacity, cells + bytes_of_tables(capacity)) {}

  static std::size_t bytes(std::size_t capacity) {
    return Items::bytes(capacity) + bytes_of_tables(checked(capacity));
  }
  static bool fits(std::uint64_t capacity, std::size_t memory) {
    return capacity != 0 && capacity <= kMost && bytes_of_tables(capacity) <= memory &&
           Items::fits(capacity, memory - bytes_of_tables(capacity));
  }

  std::size_t capacity() const { return capacity_; }
  std::uint64_t size() const { return state_->size.load(std::memory_order_acquire); }
  bool has_room(Need need) const { return size() < capacity_ && items_.has_room(need); }
  static Need need_of(const T& item) { return Items::need_of(item); }

  template <typename Item>
  void put(Item&& item, Need need) {
    const auto size = this->size();
    if (size >= capacity_) throw_corrupted_contents();
    const auto slot = order(size);  // the first free one
    const auto levels = levels_to_sift_up(size, std::as_const(item));
    items_.write(slot, std::forward<Item>(item), need, occupied_slots());
    arrivals_[slot].store(++state_->arrivals, std::memory_order_release);  // commit
    auto at = size;
    for (auto level = levels; level > 0; --level, at = parent(at)) set_order(at, order(parent(at)));
    set_order(at, slot);
    state_->size.store(size + 1, std::memory_order_release);
  }

  // If Compare, or the item's move or Codec, throws, nothing has changed.
  template <typename Result>
  Result take() {
    const Removal removal = removal_of_the_top();
    Result item = items_.template read<Result>(removal.slot);
    remove(removal);
    return item;
  }
  void take_into(std::vector<T>& items) {
    const Removal removal = removal_of_the_top();
    items_.append(items, removal.slot);
    remove(removal);
  }

  // For the last object that can reach them.
  void destroy_items() {
    occupied_slots()([&](std::uint32_t slot) { items_.release(slot); });
  }

  // Makes order_, `size` and `arrivals` from arrivals_ (Floyd 1964: a heap in linear time).
  void repair() {
    std::uint64_t size = 0, free = capacity_, latest = 0;
    for (std::uint32_t slot = 0; slot < capacity_; ++slot) {
      const auto arrival = arrivals_[slot].load(std::memory_order_relaxed);
      set_order(arrival != 0 ? size++ : --free, slot);
      latest = std::max(latest, arrival);
    }
    state_->arrivals = latest;
    state_->size.store(size, std::memory_order_release);
    items_.repair(occupied_slots());
    for (auto top = size / 2; top-- > 0;) sift_down(top, size);
  }

 private:
  static constexpr std::uint64_t kMost = std::uint64_t{1} << 31;

  static std::size_t checked(std::size_t capacity) {
    if (capacity > kMost) {
      throw std::length_error(
          "gilfree::PriorityQueue: more than 2^31 items; ask for a smaller capacity");
    }
    return capacity;
  }
  static std::size_t bytes_of_tables(std::size_t capacity) {
    const std::size_t bytes = capacity * (sizeof(Arrival) + sizeof(std::uint32_t));
    return (bytes + kAlignment - 1) / kAlignment * kAlignment;
  }
  static std::uint64_t parent(std::uint64_t at) { return (at - 1) / 2; }

  // The slot at a heap index. Stored as its difference (xor) from the index, so that zeroed memory names each
  // slot once.
  std::uint32_t order(std::uint64_t at) const {
    const auto slot = order_[at] ^ static_cast<std::uint32_t>(at);
    if (slot >= capacity_) throw_corrupted_contents();
    return slot;
  }
  void set_order(std::uint64_t at, std::uint32_t slot) {
    order_[at] = slot ^ static_cast<std::uint32_t>(at);
  }

  // Returns a function that calls its argument with each occupied slot.
  auto occupied_slots() const {
    return [this](auto visit) {
      for (std::uint32_t slot = 0; slot < capacity_; ++slot) {
        if (arrivals_[slot].load(std::memory_order_relaxed) != 0) visit(slot);
      }
    };
  }

  bool leaves_before(std::uint32_t one, std::uint32_t other) const {
    const auto& a = items_.item(one);
    const auto& b = items_.item(other);
    if (Compare{}(a, b)) return true;
    if (Compare{}(b, a)) return false;
    return arrivals_[one].load(std::memory_order_relaxed) <
           arrivals_[other].load(std::memory_order_relaxed);
  }

  // How many levels an item that is put at the end of the heap goes up: past all that are greater.
  int levels_to_sift_up(std::uint64_t at, const T& item) const {
    int levels = 0;
    for (; at > 0 && Compare{}(item, items_.item(order(parent(at)))); at = parent(at)) ++levels;
    return levels;
  }

  // The way down from the top for the slot `moved`, in a heap of `size`: a turn (left 0, right 1) a level.
  struct Path {
    int levels = 0;
    std::uint64_t turns = 0;
  };
  Path path_to_sift_down(std::uint64_t size, std::uint32_t moved) const {
    Path path;
    for (std::uint64_t at = 0; 2 * at + 1 < size;) {
      const bool right = right_child_leaves_first(at, size);
      const auto child = 2 * at + 1 + right;
      if (!leaves_before(order(child), moved)) break;
      ++path.levels, path.turns = path.turns << 1 | right, at = child;
    }
    return path;
  }
  // All that is needed to remove the item at the top, found before anything is changed (4).
  struct Removal {
    std::uint64_t last;   // heap index
    std::uint32_t slot;   // at the top
    std::uint32_t moved;  // the slot at `last`, which fills the gap
    Path path;            // that it takes
  };
  Removal removal_of_the_top() const {
    const auto last = size() - 1;
    if (last >= capacity_) throw_corrupted_contents();
    const auto moved = order(last);
    return {last, order(0), moved, path_to_sift_down(last, moved)};
  }
  void remove(const Removal& removal) {
    arrivals_[removal.slot].store(0, std::memory_order_release);  // commit
    items_.release(removal.slot);
    std::uint64_t at = 0;
    for (auto level = removal.path.levels; level > 0; --level) {
      const auto child = 2 * at + 1 + (removal.path.turns >> (level - 1) & 1);
      set_order(at, order(child));
      at = child;
    }
    set_order(at, removal.moved);
    set_order(removal.last, removal.slot);
    state_->size.store(removal.last, std::memory_order_release);
  }

  bool right_child_leaves_first(std::uint64_t at, std::uint64_t size) const {
    return 2 * at + 2 < size && leaves_before(order(2 * at + 2), order(2 * at + 1));
  }
  void sift_down(std::uint64_t at, std::uint64_t size) {
    const auto slot = order(at);
    while (2 * at + 1 < size) {
      const auto child = 2 * at + 1 + right_child_leaves_first(at, size);
      if (!leaves_before(order(child), slot)) break;
      set_order(at, order(child));
      at = child;
    }
    set_order(at, slot);
  }

  State* state_;
  std::uint64_t capacity_;
  Arrival* arrivals_;
  std::uint32_t* order_;
  Items items_;
};

}  // namespace gilfree::detail
