// How a pool calls a function, with one input or with several arguments.
#pragma once

#include <cstddef>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace gilfree::core {

// What a function is called with: an item; the elements of an item; arguments, which may be moved.
enum class Calls { kItem, kRow, kArguments };

template <Calls how, typename Function, typename Item>
decltype(auto) call(Function& function, Item& item) {
  if constexpr (how == Calls::kItem) {
    return std::invoke(function, item);
  } else if constexpr (how == Calls::kRow) {
    return std::apply(function, item);
  } else {
    return std::apply(function, std::move(item));
  }
}

// What a function returns, as a value.
template <Calls how, typename Function, typename Item>
using ResultOf =
    std::decay_t<decltype(call<how>(std::declval<Function&>(), std::declval<Item&>()))>;

inline constexpr std::size_t kMostInChunk = std::size_t{1} << 16;

}  // namespace gilfree::core
