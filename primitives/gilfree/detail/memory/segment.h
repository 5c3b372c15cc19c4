// Segment: memory that several processes map, without a name or with one.
//
//   auto memory = anonymous_segment(bytes);                       // zeroed; inherited by fork
//   Segment jobs = create_segment("jobs", layout_of<State>(), bytes, make);
//
// A named segment is the file /dev/shm/NAME behind a header of one page. It is made without a name,
// filled by make(), and only then linked to its name in one step: whoever is killed while creating it
// leaves nothing behind, and whoever opens it finds it whole. It stays until remove_segment(name) or
// the next boot.
//
// Errors      std::system_error: file_exists (create_only), no_such_file_or_directory (open_only),
//             permission_denied (another user's file, or one that others may write), not_enough_memory
//             or no_space_on_device, invalid_argument (a bad name). Corrupted: a file that is not
//             ours, is damaged or cut short, was made by another version or for another type, or in
//             another pid namespace (whose ids mean something else here).
// Security    Mode 0600 whatever the umask; never follows a link; never adopts what another user has
//             put under the name. A peer with write access can spoil the contents: what primitives
//             read from a named segment they check against bytes().
#pragma once

#include <boost/interprocess/creation_tags.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <typeinfo>

namespace gilfree {

using boost::interprocess::create_only;
using boost::interprocess::create_only_t;
using boost::interprocess::open_only;
using boost::interprocess::open_only_t;
using boost::interprocess::open_or_create;
using boost::interprocess::open_or_create_t;

}  // namespace gilfree

namespace gilfree::detail {

struct Segment {
  std::shared_ptr<void> memory;  // behind the header; aligned to a page
  std::size_t bytes;
};

// What both sides must agree on: the type as the compiler names it, and its size.
std::uint64_t layout_hash(const char* type, std::size_t size);
template <typename State>
std::uint64_t layout_of() {
  return layout_hash(typeid(State).name(), sizeof(State));
}

using MakeContents = std::function<void(void* memory)>;
// Given the file too: of a new one before it has its name, of one that exists when it is found good.
using Claim = std::function<void(void* memory, int file)>;

std::shared_ptr<void> anonymous_segment(std::size_t bytes);
Segment create_segment(std::string_view name, std::uint64_t layout, std::size_t bytes,
                       const MakeContents& make, const Claim& claim = {});
// At least `least` bytes, or it is Corrupted.
Segment open_segment(std::string_view name, std::uint64_t layout, std::size_t least,
                     const Claim& claim = {});
Segment open_or_create_segment(std::string_view name, std::uint64_t layout, std::size_t least,
                               std::size_t bytes, const MakeContents& make,
                               const Claim& claim = {});
// False if there is none. Throws rather than remove what is not ours.
bool remove_segment(std::string_view name);

}  // namespace gilfree::detail
