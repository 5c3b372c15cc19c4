// How a pool calls a function, with one input or with several arguments.
#pragma once

#include <cstddef>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace gilfree::detail {

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

// Whether std::apply would do.
template <typename Function, typename Row>
consteval bool takes_elements() {
  if constexpr (requires { std::tuple_size<std::remove_cvref_t<Row>>::value; }) {
    return []<std::size_t... at>(std::index_sequence<at...>) {
      return std::is_invocable_v<Function&, decltype(std::get<at>(std::declval<Row>()))...>;
    }
    (std::make_index_sequence<std::tuple_size_v<std::remove_cvref_t<Row>>>());
  } else {
    return false;
  }
}

template <Calls how, typename Function, typename Item>
struct CallOf {
  static_assert(
      how != Calls::kItem || std::is_invocable_v<Function&, Item&>,
      "a pool's map calls its function with one input, which this function does not take");
  static_assert(
      how != Calls::kRow || takes_elements<Function, Item&>(),
      "a pool's starmap takes tuples or pairs, and calls its function with their elements: "
      "this function does not take them");
  static_assert(how != Calls::kArguments || takes_elements<Function, Item>(),
                "a pool's apply calls its function with the arguments as they were kept, by value "
                "and text as std::string: this function does not take them");
  using Result =
      std::decay_t<decltype(call<how>(std::declval<Function&>(), std::declval<Item&>()))>;
};

// What a function returns, as a value.
template <Calls how, typename Function, typename Item>
using ResultOf = typename CallOf<how, Function, Item>::Result;

// The same as ::type; none if the function cannot be called so.
template <Calls how, typename Function, typename Item>
struct ResultIf {};
template <typename Function, typename Item>
requires std::is_invocable_v<Function&, Item&>
struct ResultIf<Calls::kItem, Function, Item> {
  using type = ResultOf<Calls::kItem, Function, Item>;
};
template <typename Function, typename Item>
requires(takes_elements<Function, Item&>()) struct ResultIf<Calls::kRow, Function, Item> {
  using type = ResultOf<Calls::kRow, Function, Item>;
};
template <typename Function, typename Item>
requires(takes_elements<Function, Item>()) struct ResultIf<Calls::kArguments, Function, Item> {
  using type = ResultOf<Calls::kArguments, Function, Item>;
};

inline constexpr std::size_t kMostInChunk = std::size_t{1} << 16;

}  // namespace gilfree::detail
