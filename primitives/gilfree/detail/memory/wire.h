// Wire: values of any type that can travel, one behind the other in a run of bytes.
//
//   bytes = Wire<int>::write(1, bytes);          bytes = Wire<std::string>::write("two", bytes);
//   Wire<int>::read(bytes);                      Wire<std::string>::read(bytes);   // and so on
//   Wire<int>::skip(bytes);                      // as read, without making it
//
// What is trivially copyable goes as it is, what has a Codec behind its length, pairs and tuples
// element by element.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "gilfree/codec.h"
#include "gilfree/detail/base/shareable.h"

namespace gilfree::detail {

template <typename T>
struct Wire;

template <typename T>
inline constexpr bool can_travel = Shareable<T> || Encodable<T>;
template <typename... Elements>
inline constexpr bool can_travel<std::tuple<Elements...>> = (can_travel<Elements> && ...);
template <typename First, typename Second>
inline constexpr bool can_travel<std::pair<First, Second>> = can_travel<First>&& can_travel<Second>;

// Whether a T is written and read by code of a user's, which may take as long as it likes. Runs of bytes are not.
template <typename T>
inline constexpr bool has_codec_of_user = !Shareable<T>;
template <>
inline constexpr bool has_codec_of_user<std::string> = false;
template <Shareable T>
inline constexpr bool has_codec_of_user<std::vector<T>> = std::is_same_v<T, bool>;
template <typename... Elements>
inline constexpr bool has_codec_of_user<std::tuple<Elements...>> = (has_codec_of_user<Elements> ||
                                                                    ...);
template <typename First, typename Second>
inline constexpr bool has_codec_of_user<std::pair<First, Second>> =
    has_codec_of_user<First> || has_codec_of_user<Second>;

// How an argument is kept until its call: by value; text as the string it points to.
template <typename T>
using Kept = std::conditional_t<std::is_pointer_v<std::decay_t<T>> &&
                                    std::is_convertible_v<std::decay_t<T>, std::string_view>,
                                std::string, std::decay_t<T>>;

template <typename T>
requires Shareable<T>
struct Wire<T> {
  static std::size_t size(const T&) { return sizeof(T); }
  static std::byte* write(const T& value, std::byte* to) {
    std::memcpy(to, &value, sizeof value);
    return to + sizeof value;
  }
  static T read(const std::byte*& from) {
    alignas(T) std::byte value[sizeof(T)];
    std::memcpy(value, from, sizeof value);
    from += sizeof value;
    return *std::launder(reinterpret_cast<T*>(value));
  }
  static void skip(const std::byte*& from) { from += sizeof(T); }
};

template <typename T>
requires(!Shareable<T> && Encodable<T>) struct Wire<T> {
  static std::size_t size(const T& value) { return sizeof(std::uint64_t) + Codec<T>::size(value); }
  static std::byte* write(const T& value, std::byte* to) {
    const std::uint64_t length = Codec<T>::size(value);
    to = Wire<std::uint64_t>::write(length, to);
    Codec<T>::write(value, to);
    return to + length;
  }
  static T read(const std::byte*& from) {
    const auto length = Wire<std::uint64_t>::read(from);
    return Codec<T>::read(std::exchange(from, from + length), length);
  }
  static void skip(const std::byte*& from) {
    const auto length = Wire<std::uint64_t>::read(from);
    from += length;
  }
};

// Pairs and tuples.
template <typename Row>
struct RowWire {
  static std::size_t size(const Row& row) {
    return std::apply(
        [](const auto&... element) { return (wire(element).size(element) + ... + 0); }, row);
  }
  static std::byte* write(const Row& row, std::byte* to) {
    std::apply([&](const auto&... element) { ((to = wire(element).write(element, to)), ...); },
               row);
    return to;
  }
  static Row read(const std::byte*& from) { return read(from, std::make_index_sequence<kSize>()); }
  static void skip(const std::byte*& from) { skip(from, std::make_index_sequence<kSize>()); }

 private:
  static constexpr std::size_t kSize = std::tuple_size_v<Row>;

  template <typename T>
  static Wire<T> wire(const T&) {
    return {};
  }
  template <std::size_t... I>
  static Row read(const std::byte*& from, std::index_sequence<I...>) {
    return Row{Wire<std::tuple_element_t<I, Row>>::read(from)...};  // braces: from left to right
  }
  template <std::size_t... I>
  static void skip(const std::byte*& from, std::index_sequence<I...>) {
    (Wire<std::tuple_element_t<I, Row>>::skip(from), ...);
  }
};

template <typename... Elements>
requires(!Shareable<std::tuple<Elements...>>) struct Wire<std::tuple<Elements...>>
    : RowWire<std::tuple<Elements...>> {
};

template <typename First, typename Second>
requires(!Shareable<std::pair<First, Second>>) struct Wire<std::pair<First, Second>>
    : RowWire<std::pair<First, Second>> {
};

}  // namespace gilfree::detail
