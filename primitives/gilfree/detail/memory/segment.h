// Segment: memory that several processes map, without a name or with one.
//
//   auto memory = anonymous_segment(bytes);                       // zeroed; inherited by fork
//   Segment jobs = create_segment("jobs", layout_of<State>(), bytes, make);
//
// A named segment is the file /dev/shm/NAME: a header of one page (segment_header.h), then the
// contents. It is created without a name (O_TMPFILE), filled by make(), and only then linked to its
// name in one step: a process killed while creating it leaves nothing behind, and one that opens it
// finds it whole. It stays until remove_segment(name) or the next boot.
//
// Errors      As named.h says.
// Security    Mode 0600 whatever the umask, or 0660 (GroupAccess); never follows a link; never adopts
//             what another user has put under the name, unless asked to. A peer with write access can
//             spoil the contents: what primitives read from a named segment they check against bytes.
#pragma once

#include <sys/types.h>

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

// The version of a type that is put into named objects. Specialise it and raise it when the meaning of
// the type's bytes changes while its name and size do not: programs that were compiled with another
// version are then refused with Corrupted.
template <typename T>
inline constexpr std::uint32_t layout_version = 0;

}  // namespace gilfree

namespace gilfree::detail {

struct Segment {
  std::shared_ptr<void> memory;  // behind the header; aligned to a page
  std::size_t bytes;
};

// What all programs that open a segment must agree on: the type of the state as the compiler names it,
// its size and alignment, and those and the version of the items in it.
struct TypeLayout {
  const char* name;
  std::size_t size, alignment;
  std::uint32_t version;
};
std::uint64_t layout_hash(const TypeLayout& state, const TypeLayout& element);

template <typename T>
TypeLayout type_layout() {
  return {typeid(T).name(), sizeof(T), alignof(T), layout_version<T>};
}
// A state that holds items names their type: using Element = T.
template <typename State>
std::uint64_t layout_of() {
  if constexpr (requires { typename State::Element; }) {
    return layout_hash(type_layout<State>(), type_layout<typename State::Element>());
  } else {
    return layout_hash(type_layout<State>(), {"", 0, 0, 0});
  }
}

// How many bytes at the end of a segment take memory on demand, by reserve_pages() (mapping.h) before they are
// written; in a named one all before them takes it at creation. A state says so itself:
// static constexpr std::size_t kOnDemand = ...
template <typename State>
constexpr std::size_t bytes_on_demand() {
  if constexpr (requires { State::kOnDemand; }) {
    return State::kOnDemand;
  } else {
    return 0;
  }
}

// Fills new memory.
using MakeContents = std::function<void(void* memory)>;
// Is given the file too: of a new segment before it has its name, of one that exists when it has been
// checked.
using Claim = std::function<void(void* memory, int file)>;

std::shared_ptr<void> anonymous_segment(std::size_t bytes, std::size_t on_demand = 0);
Segment create_segment(std::string_view name, std::uint64_t layout, std::size_t bytes,
                       const MakeContents& make, const Claim& claim = {},
                       std::size_t on_demand = 0);
// Throws Corrupted unless it has at least `least` bytes, and memory for all that does not take it on demand.
Segment open_segment(std::string_view name, std::uint64_t layout, std::size_t least,
                     const Claim& claim = {}, std::size_t on_demand = 0);
Segment open_or_create_segment(std::string_view name, std::uint64_t layout, std::size_t least,
                               std::size_t bytes, const MakeContents& make, const Claim& claim = {},
                               std::size_t on_demand = 0);
// False if there is none. Throws rather than remove what is not an object of this library.
bool remove_segment(std::string_view name);

// The access to named segments that the calling thread creates and opens: of its user, or of a group too.
struct Access {
  bool group = false;
  gid_t id = 0;
};
Access& access_of_this_thread();

}  // namespace gilfree::detail

namespace gilfree {

// Here, so that each header that makes named objects declares it (named.h); without it, remove("x") would
// be that of the C library.
inline bool remove(std::string_view name) { return detail::remove_segment(name); }

}  // namespace gilfree
