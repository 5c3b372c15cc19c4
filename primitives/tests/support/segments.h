// SegmentTest: a named segment under this test's name, and its file.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "gilfree/detail/memory/segment.h"
#include "gilfree/errors.h"
#include "primitives/tests/support/another.h"
#include "primitives/tests/support/named.h"

namespace gilfree::testing {

constexpr std::size_t kPage = 4096, kBytes = 3 * kPage + 100;
constexpr std::uint64_t kLayout = 42;
constexpr unsigned char kFilling = 0xa5;

inline void fill(void* memory) { std::memset(memory, kFilling, kBytes); }

inline bool is_whole(const detail::Segment& segment) {
  const auto* bytes = static_cast<const unsigned char*>(segment.memory.get());
  return segment.bytes == kBytes &&
         std::all_of(bytes, bytes + kBytes, [](unsigned char byte) { return byte == kFilling; });
}

class SegmentTest : public NamedTest {
 protected:
  detail::Segment create() const { return detail::create_segment(name(), kLayout, kBytes, fill); }
  detail::Segment open() const { return detail::open_segment(name(), kLayout, 1); }
  detail::Segment open_or_create() const {
    return detail::open_or_create_segment(name(), kLayout, 1, kBytes, fill);
  }

  void expect_corrupted(const std::string& what) const {
    EXPECT_THROW(open(), Corrupted) << what;
    EXPECT_THROW(open_or_create(), Corrupted) << what;
  }
  void expect_denied(const std::string& what) const {
    EXPECT_EQ(error_of([&] { open(); }), std::errc::permission_denied) << what;
    EXPECT_EQ(error_of([&] { open_or_create(); }), std::errc::permission_denied) << what;
    EXPECT_EQ(error_of([&] { detail::remove_segment(name()); }), std::errc::permission_denied)
        << what;
  }

  void write_file(const std::string& contents) const {
    std::ofstream(path(), std::ios::trunc) << contents;
    ::chmod(path().c_str(), 0600);
  }
  void write_at(off_t offset, const void* data, std::size_t size) const {
    const int fd = ::open(path().c_str(), O_WRONLY);
    EXPECT_EQ(::pwrite(fd, data, size, offset), static_cast<ssize_t>(size));
    ::close(fd);
  }
  std::string read_file() const {
    std::ifstream file(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

}  // namespace gilfree::testing
