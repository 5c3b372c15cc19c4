// Inputs: the range that a map was given: by reference if its owner keeps it, else by value.
//
// What std::views::all does, which not every compiler with C++20 can use.
#pragma once

#include <cstddef>
#include <deque>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

#include "gilfree/detail/memory/wire.h"

namespace gilfree::detail {

// Whether the elements of a range exist already: to look one up runs no code of the user's that computes
// it, so it may be done by any thread, and more than once.
template <typename Range>
concept Existing = std::ranges::forward_range<Range> && std::ranges::sized_range<Range> &&
    std::is_lvalue_reference_v<std::ranges::range_reference_t<Range>>;

// Elements that have been computed. (A vector of bool has none that exist.)
template <typename Item>
using Computed =
    std::conditional_t<std::is_same_v<Item, bool>, std::deque<bool>, std::vector<Item>>;

// Returns how many bytes an item takes, as far as its type says.
template <typename Item>
std::size_t weight_of(const Item& item) {
  if constexpr (!Shareable<Item> && can_travel<Item>) {
    return Wire<Item>::size(item);
  } else {
    return sizeof item;
  }
}

template <typename Range>
class Inputs {
 public:
  explicit Inputs(Range&& range) : range_(hold(range)) {}

  auto begin() { return std::ranges::begin(get()); }
  auto end() { return std::ranges::end(get()); }
  auto size() requires std::ranges::sized_range<Range> { return std::ranges::size(get()); }

 private:
  static constexpr bool kBorrowed = std::is_lvalue_reference_v<Range>;
  using Plain = std::remove_reference_t<Range>;
  using Held = std::conditional_t<kBorrowed, Plain*, Plain>;

  static Held hold(Plain& range) {
    if constexpr (kBorrowed) {
      return &range;
    } else {
      return std::move(range);
    }
  }
  Plain& get() {
    if constexpr (kBorrowed) {
      return *range_;
    } else {
      return range_;
    }
  }

  Held range_;
};

}  // namespace gilfree::detail
