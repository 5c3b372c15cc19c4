// ItemSource: the items of a range that are still to be put, each read from the range exactly once.
//
//   auto source = items_of<T>(std::forward<Items>(items));     // refers to `items`
//   while (source.has_next()) {
//     store(source.next());      // the same item until advance(), even if there was no room for it
//     source.advance();
//   }
//
// A range may give other items, or fewer, when it is read a second time (a view that computes them,
// an input stream), and may misstate its size. So each element is dereferenced once, and its size is
// never asked.
//
// The items of a container that is given away (an rvalue that is no view) are moved out of it; those
// of a view, or of an lvalue, are copied. An element of another type is converted to T first.
#pragma once

#include <concepts>
#include <cstddef>
#include <iterator>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>
#include <variant>

namespace gilfree::detail {

template <typename T, typename Iterator, typename End, bool kGivenAway>
class ItemSource {
  using Element = std::conditional_t<kGivenAway, std::iter_rvalue_reference_t<Iterator>,
                                     std::iter_reference_t<Iterator>>;
  static_assert(std::convertible_to<Element, T>,
                "a batch's elements must convert to the item type of the queue or pipe: give "
                "put_many or send_many a range of that type, or convert them by "
                "std::views::transform");
  // A reference to a T is passed on; anything else is made a T, which is kept until advance().
  static constexpr bool kRefers =
      std::is_reference_v<Element> && std::same_as<std::remove_cvref_t<Element>, T>;
  // Dereferencing a pointer to it again is not a second evaluation.
  static constexpr bool kInMemory = kRefers && std::contiguous_iterator<Iterator>;
  using Kept = std::conditional_t<kRefers, std::optional<std::remove_reference_t<Element>*>,
                                  std::optional<T>>;

 public:
  // What an item is put as: T&& if it may be moved from, or else const T&.
  using Item = std::conditional_t<kRefers && !std::same_as<Element, T&&>, const T&, T&&>;

  ItemSource(Iterator at, End end) : at_(std::move(at)), end_(std::move(end)) {}

  bool has_next() const { return at_ != end_; }
  Item next() {
    if constexpr (kInMemory) {
      return static_cast<Item>(*at_);
    } else {
      if (!kept_) keep(element());
      if constexpr (kRefers) {
        return static_cast<Item>(**kept_);
      } else {
        return std::move(*kept_);
      }
    }
  }
  void advance() {
    if constexpr (!kInMemory) kept_.reset();
    ++at_, ++count_;
  }
  // How many items have been put.
  std::size_t count() const { return count_; }

 private:
  Element element() {
    if constexpr (kGivenAway) {
      return std::ranges::iter_move(at_);
    } else {
      return *at_;
    }
  }
  void keep(Element&& element) {
    if constexpr (kRefers) {
      kept_ = &static_cast<std::remove_reference_t<Element>&>(element);
    } else {
      kept_.emplace(std::forward<Element>(element));
    }
  }

  Iterator at_;
  [[no_unique_address]] End end_;
  std::size_t count_ = 0;
  [[no_unique_address]] std::conditional_t<kInMemory, std::monostate, Kept> kept_;
};

template <typename T, std::ranges::input_range Items>
auto items_of(Items&& items) {
  constexpr bool kGivenAway = !std::is_lvalue_reference_v<Items> &&
                              !std::ranges::borrowed_range<Items> &&
                              !std::ranges::view<std::remove_cvref_t<Items>>;
  using Iterator = std::ranges::iterator_t<Items>;
  using End = std::ranges::sentinel_t<Items>;
  return ItemSource<T, Iterator, End, kGivenAway>(std::ranges::begin(items),
                                                  std::ranges::end(items));
}

// What a store has to know of the next item before it can say whether there is room for it. Where
// that is nothing, the item is not read yet.
template <typename Store, typename Source>
typename Store::Need need_of_next(Source& source) {
  if constexpr (std::is_empty_v<typename Store::Need>) {
    return {};
  } else {
    return Store::need_of(source.next());
  }
}

}  // namespace gilfree::detail
