// HeapStore: a LockedQueue's store from which the smallest leaves first, equals in the order of their arrival.
//
//   arrival of each place   | 7 | 0 | 12 | ... |     0: empty. All that counts
//   order                   | a heap of the places that are taken | the free ones |     derived
//   items, by place         fixed_slots.h, or compacting_store.h if they are of any length
//
// One store of a place's arrival puts its item in, or takes it out. The order is a binary heap (Williams
// 1964) over place numbers. A thread that finds that its predecessor died at work makes a new one from the
// arrivals, so an update of it may be cut off anywhere.
//
// What compares may throw: it is asked first, and then the item is moved.
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

// Items of one size, each in its place.
template <typename T>
class FixedHeapItems : public FixedSlots<T> {
 public:
  using typename FixedSlots<T>::Need;

  struct State {};

  FixedHeapItems(State&, std::size_t capacity, std::byte* cells) : FixedSlots<T>(capacity, cells) {}

  bool has_room(Need) const { return true; }
  template <typename Item, typename Each>
  void write(std::uint32_t which, Item&& item, Need, Each) const {
    (void)FixedSlots<T>::write(which, 0, std::forward<Item>(item));
  }
  template <typename Result>
  Result read(std::uint32_t which) const {
    return Slot<T>::template read<Result>(this->cell(which));
  }
  void append(std::vector<T>& items, std::uint32_t which) const {
    (void)FixedSlots<T>::append(items, which);
  }
  void forget(std::uint32_t which) const { this->discard(which, which + 1); }
  template <typename Each>
  void repair(Each) const {}
};

template <typename T, Scope S, typename Compare>
class HeapStore {
  using Items = std::conditional_t<stored_as_message<T, S>, CompactingStore<T>, FixedHeapItems<T>>;
  using Arrival = std::atomic<std::uint64_t>;

 public:
  using Need = typename Items::Need;
  static constexpr std::size_t kAlignment = Items::kAlignment;

  struct State {
    std::atomic<std::uint64_t> size{0};
    std::uint64_t arrivals = 0;
    std::uint8_t damaged = 0;  // no bool: another process may have written any byte there
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

  std::uint64_t size() const { return state_->size.load(std::memory_order_acquire); }
  bool has_room(Need need) const { return size() < capacity_ && items_.has_room(need); }
  static Need need_of(const T& item) { return Items::need_of(item); }

  template <typename Item>
  void put(Item&& item, Need need) {
    const auto size = this->size();
    if (size >= capacity_) throw_corrupted_contents();
    const auto place = order(size);
    const auto risen = levels_to_rise(size, std::as_const(item));
    items_.write(place, std::forward<Item>(item), need, taken_ones());
    arrivals_[place].store(++state_->arrivals, std::memory_order_release);  // commit
    auto at = size;
    for (auto level = risen; level > 0; --level, at = above(at)) set_order(at, order(above(at)));
    set_order(at, place);
    state_->size.store(size + 1, std::memory_order_release);
  }

  // If Compare, or the item's move or Codec, throws, nothing has changed.
  template <typename Result>
  Result take() {
    const Leaving leaving = first_to_leave();
    Result item = items_.template read<Result>(leaving.place);
    remove(leaving);
    return item;
  }
  void take_into(std::vector<T>& items) {
    const Leaving leaving = first_to_leave();
    items_.append(items, leaving.place);
    remove(leaving);
  }

  // For the last object that can reach them.
  void destroy_items() {
    taken_ones()([&](std::uint32_t place) { items_.forget(place); });
  }

  // Makes the order from the arrivals.
  void repair() {
    std::uint64_t size = 0, free = capacity_, latest = 0;
    for (std::uint32_t place = 0; place < capacity_; ++place) {
      const auto arrival = arrivals_[place].load(std::memory_order_relaxed);
      set_order(arrival != 0 ? size++ : --free, place);
      latest = std::max(latest, arrival);
    }
    state_->arrivals = latest;
    state_->size.store(size, std::memory_order_release);
    items_.repair(taken_ones());
    for (auto top = size / 2; top-- > 0;) sink(top, size);
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
  static std::uint64_t above(std::uint64_t at) { return (at - 1) / 2; }

  // Kept as the difference to where it stands, so that zeroed memory is an order.
  std::uint32_t order(std::uint64_t at) const {
    const auto place = order_[at] ^ static_cast<std::uint32_t>(at);
    if (place >= capacity_) throw_corrupted_contents();
    return place;
  }
  void set_order(std::uint64_t at, std::uint32_t place) {
    order_[at] = place ^ static_cast<std::uint32_t>(at);
  }

  auto taken_ones() const {
    return [this](auto visit) {
      for (std::uint32_t place = 0; place < capacity_; ++place) {
        if (arrivals_[place].load(std::memory_order_relaxed) != 0) visit(place);
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

  // How far an item that arrives at the end of the heap goes up: past all that are greater.
  int levels_to_rise(std::uint64_t at, const T& item) const {
    int levels = 0;
    for (; at > 0 && Compare{}(item, items_.item(order(above(at)))); at = above(at)) ++levels;
    return levels;
  }

  // The way down from the top for `moved`, in a heap of `size` places: a turn (left 0, right 1) a level.
  struct Way {
    int levels = 0;
    std::uint64_t turns = 0;
  };
  Way levels_to_sink(std::uint64_t size, std::uint32_t moved) const {
    Way way;
    for (std::uint64_t at = 0; 2 * at + 1 < size;) {
      const bool right = leaves_right(at, size);
      const auto below = 2 * at + 1 + right;
      if (!leaves_before(order(below), moved)) break;
      ++way.levels, way.turns = way.turns << 1 | right, at = below;
    }
    return way;
  }
  // The item at the top, and all that removing it takes.
  struct Leaving {
    std::uint64_t last;
    std::uint32_t place, moved;
    Way sunk;
  };
  Leaving first_to_leave() const {
    const auto last = size() - 1;
    if (last >= capacity_) throw_corrupted_contents();
    const auto moved = order(last);
    return {last, order(0), moved, levels_to_sink(last, moved)};
  }
  void remove(const Leaving& leaving) {
    arrivals_[leaving.place].store(0, std::memory_order_release);  // commit
    items_.forget(leaving.place);
    std::uint64_t at = 0;
    for (auto level = leaving.sunk.levels; level > 0; --level) {
      const auto below = 2 * at + 1 + (leaving.sunk.turns >> (level - 1) & 1);
      set_order(at, order(below));
      at = below;
    }
    set_order(at, leaving.moved);
    set_order(leaving.last, leaving.place);
    state_->size.store(leaving.last, std::memory_order_release);
  }

  bool leaves_right(std::uint64_t at, std::uint64_t size) const {
    return 2 * at + 2 < size && leaves_before(order(2 * at + 2), order(2 * at + 1));
  }
  void sink(std::uint64_t at, std::uint64_t size) {
    const auto place = order(at);
    while (2 * at + 1 < size) {
      const auto below = 2 * at + 1 + leaves_right(at, size);
      if (!leaves_before(order(below), place)) break;
      set_order(at, order(below));
      at = below;
    }
    set_order(at, place);
  }

  State* state_;
  std::uint64_t capacity_;
  Arrival* arrivals_;
  std::uint32_t* order_;
  Items items_;
};

}  // namespace gilfree::detail
