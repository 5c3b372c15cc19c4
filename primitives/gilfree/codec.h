// Codec: how an item that is not trivially copyable travels between processes.
//
// A codec writes an item straight into shared memory and reads it back:
//
//   template <> struct gilfree::Codec<Route> {
//     static std::size_t size(const Route& route);                       // bytes it will take
//     static void write(const Route& route, std::byte* bytes);           // exactly that many
//     static Route read(const std::byte* bytes, std::size_t size);
//   };
//
// Provided: std::string, and std::vector of anything trivially copyable. archive_codec.h has all other
// containers, and types that name their parts.
//
// Order       put calls size, then write; get calls read. Each is called by the thread that puts or gets.
// Cost        One copy of the bytes to put and one to get.
// Blocking    A codec is called under a lock of the queue: one that waits makes others wait, except
//             those that try or have a deadline. A pool calls it under no lock.
// Errors      What size or write throws reaches the caller of put or send, and nothing is put; what read
//             throws reaches the caller of get or recv, and the item is still there. A write of more
//             bytes than size has said, or of fewer, is undefined.
// Visibility  What write has written is seen by the read of that item.
// Crash       A process killed in size or write has put nothing; killed in read, it leaves the item.
#pragma once

#include "gilfree/version.h"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

#include "gilfree/detail/base/copy.h"
#include "gilfree/detail/base/shareable.h"
#include "gilfree/errors.h"

namespace gilfree {

// Specialise it for a type of your own, as above.
template <typename T>
struct Codec;

// A run of trivially copyable elements: its bytes.
template <typename Run>
struct RunCodec {
  using Element = typename Run::value_type;

  // Returns how many bytes the elements take.
  static std::size_t size(const Run& run) { return run.size() * sizeof(Element); }
  // Copies the elements into shared memory.
  static void write(const Run& run, std::byte* bytes) {
    if (!run.empty()) detail::copy_bytes(bytes, run.data(), size(run));
  }
  // Copies them out. Throws Corrupted if the bytes are not a whole number of elements.
  static Run read(const std::byte* bytes, std::size_t size) {
    if (size % sizeof(Element) != 0) {
      throw Corrupted(
          "gilfree::Codec: the bytes are no whole elements; receive them as the type sent");
    }
    Run run(size / sizeof(Element), Element());
    if (!run.empty()) detail::copy_bytes(run.data(), bytes, size);
    return run;
  }
};

template <>
struct Codec<std::string> : RunCodec<std::string> {
  // Without zeroing the characters first.
  static std::string read(const std::byte* bytes, std::size_t size) {
    const auto* text = reinterpret_cast<const char*>(bytes);
    if (size >= detail::kLong) return in_pieces(text, size);
    return std::string(text, size);
  }

 private:
  // In pieces that are copied fast (detail/base/copy.h).
  [[gnu::noinline]] static std::string in_pieces(const char* from, std::size_t size) {
    std::string text;
    text.reserve(size);
    const auto piece =
        detail::lies_just_above(text.data(), from) ? detail::kLong - 1 : detail::kPiece;
    for (std::size_t at = 0; at < size; at += piece) {
      text.append(from + at, std::min(piece, size - at));
    }
    return text;
  }
};

// Not of bool, whose vector has no elements in memory.
template <typename T>
requires(detail::Shareable<T> && !std::is_same_v<T, bool>) struct Codec<std::vector<T>>
    : RunCodec<std::vector<T>> {
};

// A type with a Codec: it may be an item of a queue or a pipe across processes, an argument or a result.
template <typename T>
concept Encodable = requires(const T& item, std::byte* bytes) {
  { Codec<T>::size(item) } -> std::convertible_to<std::size_t>;
  Codec<T>::write(item, bytes);
  { Codec<T>::read(bytes, std::size_t{}) } -> std::same_as<T>;
};

}  // namespace gilfree
