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
// class, travels once its header is included: <cereal/types/bitset.hpp>.
//
// Order       As in codec.h.
// Cost        The item is gone through twice, once for its length and once straight into shared memory,
//             in cereal's binary form; memory that it needs is allocated where it is received. put and
//             get of a std::pair<int, std::string>: about 0.8 us, where a Codec by hand takes 0.03.
// Blocking    As in codec.h: serialize is called under a lock of the queue.
// Errors      What the item's own serialize throws. Corrupted from the call that receives bytes that are no
//             such item: an unrelated process wrote something else under this name. A length among them
//             is believed as far as there is memory: std::bad_alloc.
// Visibility  As in codec.h.
// Crash       As in codec.h.
#pragma once

#include <cereal/archives/binary.hpp>
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
#include <istream>
#include <ostream>
#include <stdexcept>
#include <type_traits>

#include "gilfree/codec.h"
#include "gilfree/detail/base/archive_streams.h"
#include "gilfree/detail/base/shareable.h"
#include "gilfree/errors.h"

namespace gilfree {

namespace detail {

// What travels by an archive: what cereal can write and read, and no Codec of its own or address is
// in the way. It is default-constructed, then read into.
template <typename T>
concept Archivable =
    !std::is_trivially_copyable_v<T> && !holds_address<T> && std::default_initializable<T> &&
    cereal::traits::is_output_serializable<T, cereal::BinaryOutputArchive>::value &&
    cereal::traits::is_input_serializable<T, cereal::BinaryInputArchive>::value;

}  // namespace detail

template <detail::Archivable T>
struct Codec<T> {
  // Returns how many bytes the item takes, by archiving it to nowhere.
  static std::size_t size(const T& item) {
    detail::ItemWriter counter;
    archive(item, counter);
    return counter.bytes();
  }
  // Archives the item straight into shared memory.
  static void write(const T& item, std::byte* bytes) {
    detail::ItemWriter writer(bytes);
    archive(item, writer);
  }
  // Reads an item back. Throws Corrupted unless it takes all of the bytes.
  static T read(const std::byte* bytes, std::size_t size) {
    detail::ItemReader reader(bytes, size);
    std::istream stream(&reader);
    cereal::BinaryInputArchive archive(stream);
    T item{};
    try {
      archive(item);
    } catch (const cereal::Exception&) {
      throw Corrupted(kNoSuchItem);
    } catch (const std::length_error&) {  // of a container, by the length that was written
      throw Corrupted(kNoSuchItem);
    }
    if (!reader.is_at_end()) throw Corrupted(kNoSuchItem);
    return item;
  }

 private:
  static constexpr char kNoSuchItem[] =
      "gilfree::Codec: what came is no such item; receive it as the type that was sent";

  static void archive(const T& item, detail::ItemWriter& writer) {
    std::ostream stream(&writer);
    cereal::BinaryOutputArchive archive(stream);
    archive(item);
  }
};

}  // namespace gilfree
