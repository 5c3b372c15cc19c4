// StackStore: a pile's store from which the last one put leaves first.
//
//   slots       | item | item | item |                                    top: how many
//   messages    | bytes, padded to 8 | length | bytes ... | length |      top: and where they end
//
// One store of `top` makes a put or a take real, so there is nothing to repair.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include "gilfree/codec.h"
#include "gilfree/detail/queue/fixed_slots.h"
#include "gilfree/detail/queue/item_store.h"
#include "gilfree/detail/queue/message_memory.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

// Items of one size.
template <typename T>
class FixedStackItems : public FixedSlots<T> {
 public:
  using typename FixedSlots<T>::Position;
  using FixedSlots<T>::FixedSlots;

  static std::uint64_t count(Position top) { return top; }
  bool has_room(Position top, const T&) const { return top < this->capacity(); }
  template <typename Item>
  Position push(Position top, Item&& item) const {
    return this->write(top, 0, std::forward<Item>(item));
  }
  Position pop(Position top, std::optional<T>& item) const {
    item.emplace(this->taken(top - 1));
    return top - 1;
  }
};

// Items of any length, each in front of its length.
template <typename T>
class VariableStackItems : public MessageMemory<T> {
  using Memory = MessageMemory<T>;

 public:
  using Memory::Memory;
  using typename Memory::Position;

  static std::uint64_t count(Position top) { return Memory::count_of(top); }
  bool has_room(Position top, const T& item) const {
    return count(top) < this->capacity() &&
           Memory::needed(Memory::length_of(item)) <= Memory::kReserved - Memory::offset_of(top);
  }
  Position push(Position top, const T& item) const {
    const auto length = Memory::length_of(item), need = Memory::needed(length);
    std::byte* message = this->room_at(Memory::offset_of(top), need);
    Codec<T>::write(item, message);
    Memory::store(message + need - Memory::kHeader, length);
    return Memory::position(count(top) + 1, Memory::offset_of(top) + need);
  }
  Position pop(Position top, std::optional<T>& item) const {
    const auto end = Memory::offset_of(top);
    const auto length =
        Memory::believed(Memory::load(this->bytes_at(end - Memory::kHeader, Memory::kHeader)));
    const auto at = end - Memory::needed(length);
    item.emplace(Codec<T>::read(this->bytes_at(at, Memory::needed(length)), length));
    return Memory::position(count(top) - 1, at);
  }
};

template <typename T, Scope S>
class StackStore {
  using Items =
      std::conditional_t<stored_as_message<T, S>, VariableStackItems<T>, FixedStackItems<T>>;

 public:
  struct State {
    std::atomic<std::uint64_t> top{0};
    bool damaged = false;
  };

  StackStore(State& state, std::size_t capacity, std::byte* cells)
      : state_(&state), items_(capacity, cells) {}

  static std::size_t bytes(std::size_t capacity) { return Items::bytes(capacity); }
  static bool fits(std::uint64_t capacity, std::size_t memory) {
    return Items::fits(capacity, memory);
  }

  std::uint64_t size() const { return Items::count(top()); }
  bool has_room(const T& item) const { return items_.has_room(top(), item); }

  template <typename Item>
  void put(Item&& item) {
    commit(items_.push(top(), std::forward<Item>(item)));
  }
  void take(std::optional<T>& item) { commit(items_.pop(top(), item)); }
  void repair() {}

 private:
  std::uint64_t top() const { return state_->top.load(std::memory_order_acquire); }
  void commit(std::uint64_t top) { state_->top.store(top, std::memory_order_release); }  // commit

  State* state_;
  Items items_;
};

}  // namespace gilfree::detail
