// SegmentHeader: the first page of a named segment's file. A process that opens the segment compares it with
// what it expects: this library's layout, the type, the size, this boot. It is written when the contents are
// complete, before the file gets its name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gilfree::detail {

inline constexpr std::size_t kHeaderBytes = 4096;  // a page, so that the contents begin on one

struct SegmentHeader {
  char magic[8];
  std::uint64_t version;  // of the library's layout
  std::uint64_t layout;   // hash of the type (layout_of, segment.h)
  std::uint64_t bytes;
  std::uint64_t boot;  // hash of this boot's id
  std::uint64_t pid_namespace;
  std::uint64_t time_namespace;
  std::uint64_t checksum;  // of all above
};

// FNV-1a, 64 bits (Fowler, Noll, Vo): notices damage, not malice.
std::uint64_t fnv1a(const void* data, std::size_t size, std::uint64_t hash = 0xcbf29ce484222325);

SegmentHeader header_for(std::uint64_t layout, std::size_t bytes);

// Throws Corrupted unless the header is one of a segment of at least `least` bytes, in a file of
// `size`. `header` is a copy: the file may change at any time.
void check_header(const SegmentHeader& header, std::string_view name, std::uint64_t layout,
                  std::size_t least, std::size_t size);

// True if it is a header of this library, of any type.
bool is_header(const SegmentHeader& header);

// Throws Corrupted, with a remedy.
[[noreturn]] void refuse_segment(std::string_view name, const char* why);

}  // namespace gilfree::detail
