// Slot: how an item of one size is constructed in a piece of memory, read from it and destroyed in it.
//
//   Slot<T>::construct(cell, item);                       // from a const T& or a T&&
//   T item = Slot<T>::read<T>(cell);                      // moved out; the slot still holds an object
//   auto maybe = Slot<T>::read<std::optional<T>>(cell);
//   Slot<T>::destroy(cell);                               // once the read cannot fail any more
//
// Each function names T itself, so a T that can be constructed from anything (std::any) is never
// given an object of the library. Reading and destroying are two steps: if the move throws, the slot
// still holds its item.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "gilfree/detail/base/copy.h"

namespace gilfree::detail {

template <typename T>
class Slot {
  // Large enough that the way it is copied matters (copy.h), and needs no constructor to begin its life.
  static constexpr bool kIsLong = std::is_trivially_copyable_v<T> && sizeof(T) >= kLong &&
                                  std::is_trivially_default_constructible_v<T>;

 public:
  // Small enough to be copied without a function call.
  template <typename Item>
  static constexpr bool kIsSmall =
      std::is_same_v<std::remove_cvref_t<Item>, T>&& std::is_trivially_copyable_v<T> &&
      (sizeof(T) % kWord == 0 ? sizeof(T) <= 32 * kWord : sizeof(T) <= 2 * kWord);

  template <typename Item>
  [[gnu::always_inline]] static void construct(std::byte* cell, Item&& item) {
    if constexpr (kIsLong) {
      copy_bytes(cell, &item, sizeof(T));
    } else if constexpr (kIsSmall<Item> && sizeof(T) % kWord == 0) {
      copy_fresh<sizeof(T)>(cell, reinterpret_cast<const std::byte*>(&item));
    } else {
      ::new (cell) T(std::forward<Item>(item));
    }
  }

  static T& item(std::byte* cell) { return *std::launder(reinterpret_cast<T*>(cell)); }

  // `Result`: T or std::optional<T>. Constructs the item where the caller wants it.
  template <typename Result>
  static Result read(std::byte* cell) {
    if constexpr (!std::is_same_v<Result, T>) {
      return Result(std::in_place, std::move(item(cell)));
    } else if constexpr (kIsLong) {
      return read_long(cell);
    } else {
      return T(std::move(item(cell)));
    }
  }
  static void append(std::vector<T>& items, std::byte* cell) {
    items.emplace_back(std::move(item(cell)));
  }

  static void destroy(std::byte* cell) noexcept { std::destroy_at(&item(cell)); }

 private:
  // A function of its own: within the block of an `if constexpr`, g++ before version 14 copies `read`.
  static T read_long(const std::byte* cell) {
    T read;
    copy_bytes(&read, cell, sizeof(T));
    return read;
  }
};

}  // namespace gilfree::detail
