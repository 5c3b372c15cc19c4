// Inputs: the range that a map was given: by reference if its owner keeps it, else by value.
//
// What std::views::all does, which not every compiler with C++20 can use.
#pragma once

#include <ranges>
#include <type_traits>
#include <utility>

namespace gilfree::detail {

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
