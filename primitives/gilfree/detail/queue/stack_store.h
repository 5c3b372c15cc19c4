// StackStore: a LockedQueue's store from which the last one put leaves first.
//
//   slots       | item | item | item |                              `top`: the number of items
//   messages    | bytes, padded to 8 | length | bytes ... | length |  `top`: their number, and where they end
//
// 1. What lies below `top` is the queue's items, the first at the bottom; what lies above means nothing.
// 2. A put writes above `top`, a take reads below it, and then one store of `top`, marked `commit`, makes it real.
//    A death leaves the old `top` or the new one.
//
// The caller holds the queue's lock, except for size() and has_room().
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "gilfree/codec.h"
#include "gilfree/detail/queue/contents_check.h"
#include "gilfree/detail/queue/fixed_slots.h"
#include "gilfree/detail/queue/item_store.h"
#include "gilfree/detail/queue/message_memory.h"
#include "gilfree/detail/queue/slot.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

// Items of one size.
template <typename T>
class FixedStackItems : public FixedSlots<T> {
 public:
  using typename FixedSlots<T>::Need;
  using typename FixedSlots<T>::Position;
  using FixedSlots<T>::FixedSlots;

  static std::uint64_t count(Position top) { return top; }
  bool has_room(Position top, Need) const { return top < this->capacity(); }
  template <typename Item>
  Position push(Position top, Item&& item, Need) const {
    return this->write(top, 0, std::forward<Item>(item));
  }
  // Moves the top item out; `below` is the top without it.
  template <typename Result>
  Result read(Position top, Position& below) const {
    below = top - 1;
    return Slot<T>::template read<Result>(this->cell(below));
  }
  Position append(std::vector<T>& items, Position top) const {
    (void)FixedSlots<T>::append(items, top - 1);
    return top - 1;
  }
  void discard(Position top) const noexcept { FixedSlots<T>::discard(top - 1, top); }
};

// Items of any length, each in front of its length.
template <typename T>
class VariableStackItems : public MessageMemory<T> {
  using Memory = MessageMemory<T>;

 public:
  using Memory::Memory;
  using typename Memory::Need;
  using typename Memory::Position;

  static std::uint64_t count(Position top) { return Memory::count_of(top); }
  bool has_room(Position top, Need length) const {
    return count(top) < this->capacity() && Memory::offset_of(top) <= Memory::kReserved &&
           Memory::needed(length) <= Memory::kReserved - Memory::offset_of(top);
  }
  Position push(Position top, const T& item, Need length) const {
    const auto need = Memory::needed(length);
    std::byte* message = this->room_at(Memory::offset_of(top), need);
    Codec<T>::write(item, message);
    Memory::store(message + need - Memory::kHeader, length);
    return Memory::position(count(top) + 1, Memory::offset_of(top) + need);
  }
  template <typename Result>
  Result read(Position top, Position& below) const {
    const auto [bytes, length] = find(top, below);
    if constexpr (std::is_same_v<Result, T>) {
      return Codec<T>::read(bytes, length);
    } else {
      return Result(std::in_place, Codec<T>::read(bytes, length));
    }
  }
  Position append(std::vector<T>& items, Position top) const {
    Position below;
    const auto [bytes, length] = find(top, below);
    items.push_back(Codec<T>::read(bytes, length));
    return below;
  }
  void discard(Position) const noexcept {}

 private:
  struct Message {
    const std::byte* bytes;
    std::uint64_t length;
  };
  Message find(Position top, Position& below) const {
    const auto end = Memory::offset_of(top);
    const auto length =
        Memory::believed(Memory::load(this->readable_at(end - Memory::kHeader, Memory::kHeader)));
    const auto at = end - Memory::needed(length);
    below = Memory::position(count(top) - 1, at);
    return {this->readable_at(at, Memory::needed(length)), length};
  }
};

template <typename T, Scope S>
class StackStore {
  using Items =
      std::conditional_t<stored_as_message<T, S>, VariableStackItems<T>, FixedStackItems<T>>;

 public:
  using Need = typename Items::Need;
  static constexpr std::size_t kAlignment = Items::kAlignment;

  struct State {
    std::atomic<std::uint64_t> top{0};
    std::uint8_t damaged =
        0;  // from a death to the end of repair(). No bool: another process may write any byte
  };

  StackStore(State& state, std::size_t capacity, std::byte* cells)
      : state_(&state), items_(capacity, cells) {}

  static std::size_t bytes(std::size_t capacity) { return Items::bytes(capacity); }
  static bool fits(std::uint64_t capacity, std::size_t memory) {
    return Items::fits(capacity, memory);
  }

  std::size_t capacity() const { return items_.capacity(); }
  std::uint64_t size() const { return Items::count(top()); }
  bool has_room(Need need) const { return items_.has_room(top(), need); }
  static Need need_of(const T& item) { return Items::need_of(item); }

  template <typename Item>
  void put(Item&& item, Need need) {
    commit(items_.push(top(), std::forward<Item>(item), need));
  }
  // If the item's move or Codec throws, nothing has changed.
  template <typename Result>
  Result take() {
    const auto top = checked_top();
    std::uint64_t below;
    Result item = items_.template read<Result>(top, below);
    items_.discard(top);
    commit(below);
    return item;
  }
  void take_into(std::vector<T>& items) {
    const auto top = checked_top();
    const auto below = items_.append(items, top);
    items_.discard(top);
    commit(below);
  }
  void repair() {}  // nothing to do, by 2
  // For the last object that can reach them.
  void destroy_items() {
    for (auto top = this->top(); top > 0; --top) items_.discard(top);
  }

 private:
  std::uint64_t checked_top() const {
    const auto top = this->top();
    if (Items::count(top) - 1 >= items_.capacity()) throw_corrupted_contents();
    return top;
  }
  std::uint64_t top() const { return state_->top.load(std::memory_order_acquire); }
  void commit(std::uint64_t top) { state_->top.store(top, std::memory_order_release); }  // commit

  State* state_;
  Items items_;
};

}  // namespace gilfree::detail
