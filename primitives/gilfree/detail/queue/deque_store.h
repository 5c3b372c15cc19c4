// DequeStore: LockedQueue's store without a limit, for the threads of one process.
//
//   | item | item | item | ...     a std::deque: the first one put leaves first
//
// The items live in the queue object itself. No thread dies alone, so there is nothing to repair.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "gilfree/detail/base/cpu.h"

namespace gilfree::detail {

template <typename T>
class DequeStore {
 public:
  struct Need {};
  static constexpr std::size_t kAlignment = kApart;
  struct State {
    std::atomic<std::uint64_t> size{0};  // readable without the lock
    bool damaged = false;
  };

  DequeStore(State& state, std::size_t, std::byte*) : state_(&state) {}

  static std::size_t bytes(std::size_t) { return 0; }
  static bool fits(std::uint64_t, std::size_t) { return true; }
  static Need need_of(const T&) { return {}; }

  std::size_t capacity() const { return std::numeric_limits<std::size_t>::max(); }
  std::uint64_t size() const { return state_->size.load(std::memory_order_acquire); }
  bool has_room(Need) const { return true; }

  template <typename Item>
  void put(Item&& item, Need) {
    items_.emplace_back(std::forward<Item>(item));
    set_size();
  }
  // If the item's move throws, the item is still the first.
  template <typename Result>
  Result take() {
    Result item = first<Result>();
    remove_first();
    return item;
  }
  void take_into(std::vector<T>& items) {
    items.emplace_back(std::move(items_.front()));
    remove_first();
  }

  void repair() {}
  void destroy_items() {}

 private:
  template <typename Result>
  Result first() {
    if constexpr (std::is_same_v<Result, T>) {
      return T(std::move(items_.front()));
    } else {
      return Result(std::in_place, std::move(items_.front()));
    }
  }
  void remove_first() {
    items_.pop_front();
    set_size();
  }
  void set_size() { state_->size.store(items_.size(), std::memory_order_release); }

  State* state_;
  std::deque<T> items_;
};

}  // namespace gilfree::detail
