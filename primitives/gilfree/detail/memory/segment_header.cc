#include "gilfree/detail/memory/segment_header.h"

#include <cstring>
#include <fstream>
#include <string>

#include "gilfree/detail/identity/namespaces.h"
#include "gilfree/errors.h"

namespace gilfree::detail {
namespace {

constexpr char kMagic[8] = {'g', 'i', 'l', 'f', 'r', 'e', 'e', '\n'};
constexpr std::uint64_t kVersion = 4;

std::uint64_t checksum(const SegmentHeader& header) {
  return fnv1a(&header, offsetof(SegmentHeader, checksum));
}

}  // namespace

std::uint64_t fnv1a(const void* data, std::size_t size, std::uint64_t hash) {
  for (std::size_t i = 0; i < size; ++i) {
    hash = (hash ^ static_cast<const unsigned char*>(data)[i]) * 0x100000001b3;
  }
  return hash;
}

SegmentHeader header_for(std::uint64_t layout, std::size_t bytes) {
  std::string boot;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> boot;
  const Namespaces here = this_process_namespaces();
  SegmentHeader header{.magic = {},
                       .version = kVersion,
                       .layout = layout,
                       .bytes = bytes,
                       .boot = fnv1a(boot.data(), boot.size()),
                       .pid_namespace = here.pid,
                       .time_namespace = here.time,
                       .checksum = 0};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.checksum = checksum(header);
  return header;
}

bool is_header(const SegmentHeader& header) {
  return std::memcmp(header.magic, kMagic, sizeof kMagic) == 0;
}

void refuse_segment(std::string_view name, const char* why) {
  const std::string text(name);
  throw Corrupted("gilfree: '" + text + "' " + why + "; if no program uses it, remove /dev/shm/" +
                  text);
}

void check_header(const SegmentHeader& header, std::string_view name, std::uint64_t layout,
                  std::size_t least, std::size_t size) {
  if (!is_header(header)) refuse_segment(name, "is not an object of gilfree, or incomplete");
  if (header.checksum != checksum(header)) refuse_segment(name, "has a damaged header");
  const SegmentHeader wanted = header_for(layout, header.bytes);
  if (header.version != kVersion) refuse_segment(name, "was made by another version of gilfree");
  if (header.layout != layout) {
    refuse_segment(name, "holds an object of another type, or of another version of its type");
  }
  if (header.boot != wanted.boot || header.pid_namespace != wanted.pid_namespace ||
      header.time_namespace != wanted.time_namespace) {
    refuse_segment(name,
                   "was made in another pid or time namespace, where ids and start times mean "
                   "something else");
  }
  if (header.bytes < least || header.bytes > size || size - header.bytes != kHeaderBytes) {
    refuse_segment(name, "has been cut short");
  }
}

}  // namespace gilfree::detail
