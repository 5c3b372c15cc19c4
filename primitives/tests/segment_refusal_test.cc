// Segment: other files under its name are refused and left unchanged.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <limits>
#include <random>
#include <string>

#include "gilfree/detail/memory/segment.h"
#include "gilfree/errors.h"
#include "primitives/tests/support/another.h"
#include "primitives/tests/support/segments.h"

namespace gilfree::testing {
namespace {

class SegmentRefusalTest : public SegmentTest {};

TEST_F(SegmentRefusalTest, AForeignFileIsRefusedAndLeftAlone) {
  std::mt19937 random(1);
  std::string noise(5 * kPage, '\0');
  for (auto& byte : noise) byte = static_cast<char>(random());
  for (const auto& contents : {std::string(), std::string("hello"), std::string(kPage, '\0'),
                               std::string(2 * kPage, 'x'), noise}) {
    write_file(contents);
    expect_corrupted(std::to_string(contents.size()) + " foreign bytes");
    EXPECT_THROW(detail::remove_segment(name()), Corrupted);
    EXPECT_EQ(read_file(), contents);
  }
}

TEST_F(SegmentRefusalTest, AFileOfTheWrongLengthIsRefused) {
  create();
  const auto whole = static_cast<off_t>(kPage + kBytes);
  std::vector<off_t> lengths{1, 55, kPage - 1, kPage, whole - 1, whole + 1, whole + kPage};
  for (off_t pages = 1; pages * static_cast<off_t>(kPage) < whole; ++pages) {
    lengths.push_back(pages * static_cast<off_t>(kPage));
  }
  for (const off_t length : lengths) {
    ASSERT_EQ(::truncate(path().c_str(), length), 0);
    expect_corrupted("cut to " + std::to_string(length));
    ASSERT_EQ(::truncate(path().c_str(), 0), 0);
    ASSERT_EQ(::unlink(path().c_str()), 0);
    create();
  }
}

// The header (detail/memory/segment_header.h): eight words, the last of which is a hash of the others.
constexpr std::size_t kWords = 8;
constexpr const char* kWordNames[kWords] = {"magic", "version",       "layout",         "bytes",
                                            "boot",  "pid namespace", "time namespace", "checksum"};

std::uint64_t checksum(const std::uint64_t (&words)[kWords]) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (std::size_t i = 0; i < sizeof words - sizeof words[0]; ++i) {
    hash = (hash ^ reinterpret_cast<const unsigned char*>(words)[i]) * 0x100000001b3;
  }
  return hash;
}

TEST_F(SegmentRefusalTest, AHeaderWithAnyWrongWordIsRefused) {
  create();
  std::uint64_t good[kWords];
  std::memcpy(good, read_file().data(), sizeof good);
  ASSERT_EQ(good[kWords - 1], checksum(good));
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  for (std::size_t word = 0; word < kWords; ++word) {
    std::vector<std::uint64_t> values{0,
                                      1,
                                      kMost,
                                      kMost - 1,
                                      kMost / 2,
                                      ~good[word],
                                      good[word] + 1,
                                      good[word] - 1,
                                      good[(word + 1) % kWords]};
    for (int bit = 0; bit < 64; ++bit) values.push_back(good[word] ^ std::uint64_t{1} << bit);
    for (const auto value : values) {
      for (const bool mends_checksum : {false, true}) {
        std::uint64_t bad[kWords];
        std::memcpy(bad, good, sizeof bad);
        bad[word] = value;
        if (mends_checksum && word < kWords - 1) bad[kWords - 1] = checksum(bad);
        if (std::memcmp(bad, good, sizeof bad) == 0) continue;
        write_at(0, bad, sizeof bad);
        expect_corrupted(kWordNames[word] + (" " + std::to_string(value)));
      }
    }
  }
  write_at(0, good, sizeof good);
  EXPECT_TRUE(is_whole(open()));
}

TEST_F(SegmentRefusalTest, NeverFollowsALink) {
  const std::string target = path() + ".other";
  create();
  ASSERT_EQ(::rename(path().c_str(), target.c_str()), 0);
  ASSERT_EQ(::symlink(target.c_str(), path().c_str()), 0);
  EXPECT_EQ(error_of([&] { open(); }), std::errc::too_many_symbolic_link_levels);
  EXPECT_EQ(error_of([&] { open_or_create(); }), std::errc::too_many_symbolic_link_levels);
  EXPECT_EQ(error_of([&] { create(); }), std::errc::file_exists);
  EXPECT_EQ(error_of([&] { detail::remove_segment(name()); }),
            std::errc::too_many_symbolic_link_levels);
}

TEST_F(SegmentRefusalTest, AFileThatOthersCanReachOrOwnIsRefused) {
  create();
  for (const mode_t mode : {0644, 0660, 0606, 0601}) {
    ::chmod(path().c_str(), mode);
    expect_denied("mode " + std::to_string(mode));
  }
  ::chmod(path().c_str(), 0600);
  ASSERT_EQ(::link(path().c_str(), (path() + ".other").c_str()), 0);
  expect_denied("a second name");
  ::unlink((path() + ".other").c_str());
  EXPECT_TRUE(is_whole(open()));
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  ASSERT_EQ(::chown(path().c_str(), 65534, 65534), 0);
  expect_denied("another user's");
}

TEST_F(SegmentRefusalTest, AFifoOrAFolderIsRefusedWithoutWaiting) {
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  expect_corrupted("a pipe");
  EXPECT_THROW(detail::remove_segment(name()), Corrupted);
  ::unlink(path().c_str());
  ASSERT_EQ(::mkdir(path().c_str(), 0700), 0);
  EXPECT_EQ(error_of([&] { open(); }), std::errc::is_a_directory);
  EXPECT_ANY_THROW(detail::remove_segment(name()));
  ::rmdir(path().c_str());
}

}  // namespace
}  // namespace gilfree::testing
