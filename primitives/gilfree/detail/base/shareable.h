// Shareable: which types may be copied byte by byte into another process.
//
//   Shareable<int>, Shareable<std::optional<int>>                       // yes
//   Shareable<int*>, Shareable<std::pair<int, std::string_view>>        // no: holds_address
//
// A pointer, a reference or a view means nothing in another process. It is found wherever the type
// shows it: as the type itself, as an array's element, or as a type argument of a template, at any
// depth (std::optional<T*>, std::vector<std::array<std::span<T>, 2>>, ...). It is not found among the
// members of a class: C++20 does not list them (docs/adr/0017-what-may-travel.md). For a class that
// holds one, specialise `shareable` to false.
#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <ranges>
#include <type_traits>

namespace gilfree::detail {

template <typename T>
inline constexpr bool shareable = false;
template <typename T>
inline constexpr bool holds_address = false;

// A type argument may be of a type that is nowhere defined (a tag) or never made (void).
template <typename T>
concept Complete = requires {
  sizeof(T);
};
template <typename T>
concept AddressItself = std::is_pointer_v<T> || std::is_reference_v<T> ||
    std::is_member_function_pointer_v<T> ||
    (std::is_class_v<T>&& Complete<T> &&
     (std::input_or_output_iterator<T> || std::ranges::view<T>));

// Whether a part of type T makes the whole unfit: it holds an address, or was declared not shareable.
template <typename T>
inline constexpr bool part_holds_address = holds_address<T>;
template <Complete T>
inline constexpr bool part_holds_address<T> = holds_address<T> ||
                                              (std::is_trivially_copyable_v<T> && !shareable<T>);

template <AddressItself T>
inline constexpr bool holds_address<T> = true;
template <typename T>
inline constexpr bool holds_address<const T> = holds_address<T>;
template <typename T, std::size_t N>
inline constexpr bool holds_address<T[N]> = part_holds_address<T>;
template <template <typename...> class Template, typename... Parts>
requires(
    !AddressItself<Template<Parts...>>) inline constexpr bool holds_address<Template<Parts...>> =
    (part_holds_address<Parts> || ...);
template <template <typename, std::size_t> class Array, typename T, std::size_t N>
requires(!AddressItself<Array<T, N>>) inline constexpr bool holds_address<Array<T, N>> =
    part_holds_address<T>;
template <typename T>
inline constexpr bool holds_address<std::reference_wrapper<T>> = true;

template <typename T>
requires std::is_trivially_copyable_v<T>
inline constexpr bool shareable<T> = !holds_address<T>;

template <typename T>
concept Shareable = shareable<T>;

}  // namespace gilfree::detail
