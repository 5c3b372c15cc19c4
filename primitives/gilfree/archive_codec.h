// Codec for everything that cereal can archive: containers of anything, pairs, tuples, optionals, variants,
// smart pointers, and types of one's own that name their parts.
//
//   struct Route {
//     std::string name;
//     std::map<std::string, std::vector<double>> stops;
//     template <typename Archive>
//     void serialize(Archive& archive) { archive(name, stops); }
//   };
//   mp::Queue<Route> routes(16);
//
// multiprocessing.h includes this page where cereal is installed (libcereal-dev; headers alone); with a
// primitive's own header, include it too. A Codec that exists (a string, a vector of trivially copyable
// elements, one of yours) comes first. What cereal knows besides, such as a std::bitset or a polymorphic
// class, travels once its header is included: <cereal/types/bitset.hpp>. The archive is one of this
// library, so that a serialize is a template, as above, and is not written for an archive of cereal's.
//
// Order       As in codec.h.
// Cost        The item is gone through twice, once for its length and once straight into shared memory,
//             in cereal's binary form; memory that it needs is allocated where it is received, at most
//             sizeof(element) for each byte of the message.
// Blocking    As in codec.h: serialize is called under a lock of the queue.
// Errors      What the item's own serialize throws. std::length_error from the call that sends objects
//             within objects, too deep for the stack: a linked list of more than about 1,500 nodes, say.
//             Corrupted from the call that receives bytes that are no such item: an unrelated process
//             wrote something else under this name. A length among them is believed up to the number of
//             bytes that follow.
// Visibility  As in codec.h.
// Crash       As in codec.h.
#pragma once

#include "gilfree/version.h"

#include <cereal/types/array.hpp>
#include <cereal/types/deque.hpp>
#include <cereal/types/list.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/memory.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/set.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/tuple.hpp>
#include <cereal/types/unordered_map.hpp>
#include <cereal/types/unordered_set.hpp>
#include <cereal/types/utility.hpp>
#include <cereal/types/variant.hpp>
#include <cereal/types/vector.hpp>
#include <concepts>
#include <cstddef>
#include <type_traits>

#include "gilfree/codec.h"
#include "gilfree/detail/base/item_archive.h"
#include "gilfree/detail/base/shareable.h"
#include "gilfree/errors.h"

namespace gilfree {

namespace detail {

// What travels by an archive: what cereal can write and read, and no Codec of its own or address is
// in the way. It is default-constructed, then read into.
template <typename T>
concept Archivable =
    !std::is_trivially_copyable_v<T> && !holds_address<T> && std::default_initializable<T> &&
    cereal::traits::is_output_serializable<T, ItemOutput>::value &&
    cereal::traits::is_input_serializable<T, ItemInput>::value;

}  // namespace detail

template <detail::Archivable T>
struct Codec<T> {
  // Returns how many bytes the item takes, by archiving it to nowhere.
  static std::size_t size(const T& item) {
    detail::ItemOutput counter;
    counter(item);
    return counter.finish();
  }
  // Archives the item straight into shared memory.
  static void write(const T& item, std::byte* bytes) {
    detail::ItemOutput writer(bytes);
    writer(item);
  }
  // Reads an item back. Throws Corrupted unless it takes all of the bytes.
  static T read(const std::byte* bytes, std::size_t size) {
    detail::ItemInput reader(bytes, size);
    T item{};
    try {
      reader(item);
    } catch (const cereal::Exception&) {  // no such alternative of a variant, no such class ...
      detail::ItemInput::throw_no_such_item();
    }
    reader.finish();
    return item;
  }
};

}  // namespace gilfree
