// Segment: what a named one is as a file, and what is refused that lies under its name instead.
#include "primitives/core/segment.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "primitives/errors.h"
#include "primitives/tests/support/another.h"
#include "primitives/tests/support/named.h"

namespace gilfree::testing {
namespace {

constexpr std::size_t kPage = 4096, kBytes = 3 * kPage + 100;
constexpr std::uint64_t kLayout = 42;
constexpr unsigned char kFilling = 0xa5;

void fill(void* memory) { std::memset(memory, kFilling, kBytes); }

bool is_whole(const core::Segment& segment) {
  const auto* bytes = static_cast<const unsigned char*>(segment.memory.get());
  return segment.bytes == kBytes &&
         std::all_of(bytes, bytes + kBytes, [](unsigned char byte) { return byte == kFilling; });
}

class SegmentTest : public NamedTest {
 protected:
  core::Segment create() const { return core::create_segment(name(), kLayout, kBytes, fill); }
  core::Segment open() const { return core::open_segment(name(), kLayout, 1); }
  core::Segment open_or_create() const {
    return core::open_or_create_segment(name(), kLayout, 1, kBytes, fill);
  }

  void expect_corrupted(const std::string& what) const {
    EXPECT_THROW(open(), Corrupted) << what;
    EXPECT_THROW(open_or_create(), Corrupted) << what;
  }
  void expect_denied(const std::string& what) const {
    EXPECT_EQ(error_of([&] { open(); }), std::errc::permission_denied) << what;
    EXPECT_EQ(error_of([&] { open_or_create(); }), std::errc::permission_denied) << what;
    EXPECT_EQ(error_of([&] { core::remove_segment(name()); }), std::errc::permission_denied)
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

TEST_F(SegmentTest, IsMadeWholeAndOpenedAsItWasMade) {
  const auto made = create();
  EXPECT_TRUE(is_whole(made));
  const auto opened = open();
  EXPECT_TRUE(is_whole(opened));
  static_cast<char*>(made.memory.get())[kBytes - 1] = 'x';
  EXPECT_EQ(static_cast<char*>(opened.memory.get())[kBytes - 1], 'x');
}

TEST_F(SegmentTest, IsItsOwnersAloneWhateverTheUmask) {
  for (const mode_t mask : {0, 077, 0777}) {
    const auto before = ::umask(mask);
    create();
    ::umask(before);
    struct stat facts {};
    ASSERT_EQ(::stat(path().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode, S_IFREG | 0600u);
    EXPECT_EQ(facts.st_nlink, 1u);
    EXPECT_TRUE(core::remove_segment(name()));
  }
}

TEST_F(SegmentTest, WhatCannotBeMadeLeavesNothing) {
  const auto fails = [](void*) { throw std::runtime_error("in the middle"); };
  EXPECT_THROW(core::create_segment(name(), kLayout, kBytes, fails), std::runtime_error);
  EXPECT_EQ(error_of([&] { open(); }), std::errc::no_such_file_or_directory);
}

TEST_F(SegmentTest, IsNotAdoptedByWhoWantsAnotherLayoutOrMore) {
  create();
  EXPECT_THROW(core::open_segment(name(), kLayout + 1, 1), Corrupted);
  EXPECT_THROW(core::open_segment(name(), kLayout, kBytes + 1), Corrupted);
  EXPECT_NO_THROW(core::open_segment(name(), kLayout, kBytes));
}

TEST_F(SegmentTest, BadNamesAreRefusedByEveryFunction) {
  const std::string bad[] = {"",
                             ".",
                             "..",
                             ".hidden",
                             "a/b",
                             "/absolute",
                             "../up",
                             std::string("nul\0byte", 8),
                             std::string(200, 'x'),
                             std::string(100'000, 'x')};
  for (const auto& name : bad) {
    const auto error = std::errc::invalid_argument;
    EXPECT_EQ(error_of([&] { core::create_segment(name, kLayout, kBytes, fill); }), error);
    EXPECT_EQ(error_of([&] { core::open_segment(name, kLayout, 1); }), error);
    EXPECT_EQ(error_of([&] { core::remove_segment(name); }), error);
  }
  const std::string long_name(199, 'x');
  EXPECT_NO_THROW(core::create_segment(long_name, kLayout, kBytes, fill));
  EXPECT_TRUE(core::remove_segment(long_name));
}

TEST_F(SegmentTest, AForeignFileIsRefusedAndLeftAlone) {
  std::mt19937 random(1);
  std::string noise(5 * kPage, '\0');
  for (auto& byte : noise) byte = static_cast<char>(random());
  for (const auto& contents : {std::string(), std::string("hello"), std::string(kPage, '\0'),
                               std::string(2 * kPage, 'x'), noise}) {
    write_file(contents);
    expect_corrupted(std::to_string(contents.size()) + " foreign bytes");
    EXPECT_THROW(core::remove_segment(name()), Corrupted);
    EXPECT_EQ(read_file(), contents);
  }
}

TEST_F(SegmentTest, AFileOfTheWrongLengthIsRefused) {
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

// The header, as core/segment.cc lays it out: seven words, the last of which is a hash of the others.
constexpr std::size_t kWords = 7;
constexpr const char* kWordNames[kWords] = {"magic", "version",       "layout",  "bytes",
                                            "boot",  "pid namespace", "checksum"};

std::uint64_t checksum(const std::uint64_t (&words)[kWords]) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (std::size_t i = 0; i < sizeof words - sizeof words[0]; ++i) {
    hash = (hash ^ reinterpret_cast<const unsigned char*>(words)[i]) * 0x100000001b3;
  }
  return hash;
}

TEST_F(SegmentTest, AHeaderOfWhichAnyWordIsWrongIsRefused) {
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

TEST_F(SegmentTest, NeverFollowsALink) {
  const std::string target = path() + ".other";
  create();
  ASSERT_EQ(::rename(path().c_str(), target.c_str()), 0);
  ASSERT_EQ(::symlink(target.c_str(), path().c_str()), 0);
  EXPECT_EQ(error_of([&] { open(); }), std::errc::too_many_symbolic_link_levels);
  EXPECT_EQ(error_of([&] { open_or_create(); }), std::errc::too_many_symbolic_link_levels);
  EXPECT_EQ(error_of([&] { create(); }), std::errc::file_exists);
  EXPECT_EQ(error_of([&] { core::remove_segment(name()); }),
            std::errc::too_many_symbolic_link_levels);
}

TEST_F(SegmentTest, TrustsNothingThatOthersMayReachOrOwn) {
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

TEST_F(SegmentTest, WhatIsNoFileIsRefusedWithoutWaiting) {
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  expect_corrupted("a pipe");
  EXPECT_THROW(core::remove_segment(name()), Corrupted);
  ::unlink(path().c_str());
  ASSERT_EQ(::mkdir(path().c_str(), 0700), 0);
  EXPECT_EQ(error_of([&] { open(); }), std::errc::is_a_directory);
  EXPECT_ANY_THROW(core::remove_segment(name()));
  ::rmdir(path().c_str());
}

TEST_F(SegmentTest, KilledAtAnyMomentWhoCreatesLeavesAWholeOneOrNone) {
  std::mt19937 random(std::random_device{}());
  int whole = 0;
  for (int kill = 0; kill < 500; ++kill) {
    const pid_t victim = fork_child([&] {
      while (true) {
        create();
        core::remove_segment(name());
      }
    });
    ::usleep(random() % 2'000);
    ::kill(victim, SIGKILL);
    ::waitpid(victim, nullptr, 0);
    try {
      ASSERT_TRUE(is_whole(open())) << "after " << kill << " kills";
      ++whole;
      core::remove_segment(name());
    } catch (const std::system_error& error) {
      ASSERT_EQ(error.code(), std::errc::no_such_file_or_directory);
    }
  }
  EXPECT_GT(whole, 0);  // or none was ever killed between creating and removing
}

// In a world of its own: a child with other mounts or another pid namespace. 77: it may not have one.
int ask_in(int world, const std::function<int()>& question) {
  const pid_t child = fork_child([&] {
    if (::unshare(world) != 0) ::_exit(77);
    const pid_t inner = fork_child([&] { ::_exit(question()); });
    int status = 0;
    ::waitpid(inner, &status, 0);
    ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 99);
  });
  int status = 0;
  ::waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

TEST_F(SegmentTest, AFullFileSystemIsAnErrorAndNotACrashLater) {
  const int answer = ask_in(CLONE_NEWNS, [&] {
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", "/dev/shm", "tmpfs", 0, "size=64k") != 0) {
      return 77;
    }
    create();  // fits
    core::remove_segment(name());
    const auto error =
        error_of([&] { core::create_segment(name(), kLayout, 1 << 20, [](void*) {}); });
    if (error != std::errc::no_space_on_device) return 1;
    return error_of([&] { open(); }) == std::errc::no_such_file_or_directory ? 0 : 2;
  });
  if (answer == 77) GTEST_SKIP() << "needs the right to mount";
  EXPECT_EQ(answer, 0);
}

TEST_F(SegmentTest, AnotherPidNamespacesIsRefusedSinceItsIdsMeanSomethingElse) {
  create();
  const int answer = ask_in(CLONE_NEWPID, [&] {
    try {
      open();
    } catch (const Corrupted&) {
      return 0;
    }
    return 1;
  });
  if (answer == 77) GTEST_SKIP() << "needs the right to unshare";
  EXPECT_EQ(answer, 0);
}

}  // namespace
}  // namespace gilfree::testing
