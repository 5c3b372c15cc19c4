// Batch: a range handed over in as many chunks as it takes.
//
//   in_chunks(std::forward<Items>(items), [&](auto& item, const auto& end, std::size_t& count) {
//     return put_some(item, end, count);       // moves `item` on, `count` by as much; false: no more
//   });
//
// The items of a container that is given away are moved out of it; those of a view, or of a container
// lent, are copied.
#pragma once

#include <cstddef>
#include <iterator>
#include <ranges>
#include <type_traits>

namespace gilfree::detail {

template <typename Iterator, typename End, typename PutSome>
std::size_t put_each(Iterator item, End end, PutSome put_some) {
  std::size_t count = 0;
  while (item != end && put_some(item, end, count)) continue;
  return count;
}

// How many were taken.
template <std::ranges::input_range Items, typename PutSome>
std::size_t in_chunks(Items&& items, PutSome put_some) {
  if constexpr (std::is_lvalue_reference_v<Items> || std::ranges::borrowed_range<Items>) {
    return detail::put_each(std::ranges::begin(items), std::ranges::end(items), put_some);
  } else {
    static_assert(std::ranges::common_range<Items>);
    return detail::put_each(std::make_move_iterator(std::ranges::begin(items)),
                            std::make_move_iterator(std::ranges::end(items)), put_some);
  }
}

}  // namespace gilfree::detail
