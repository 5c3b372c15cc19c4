// Segment: what a named one is as a file, how it comes to be, and what keeps it from that.
#include "gilfree/detail/memory/segment.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <random>
#include <stdexcept>
#include <string>

#include "gilfree/errors.h"
#include "primitives/tests/support/another.h"
#include "primitives/tests/support/segments.h"

namespace gilfree::testing {
namespace {

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
    EXPECT_TRUE(detail::remove_segment(name()));
  }
}

TEST_F(SegmentTest, WhatCannotBeMadeLeavesNothing) {
  const auto fails = [](void*) { throw std::runtime_error("in the middle"); };
  EXPECT_THROW(detail::create_segment(name(), kLayout, kBytes, fails), std::runtime_error);
  EXPECT_EQ(error_of([&] { open(); }), std::errc::no_such_file_or_directory);
}

TEST_F(SegmentTest, IsNotAdoptedByWhoWantsAnotherLayoutOrMore) {
  create();
  EXPECT_THROW(detail::open_segment(name(), kLayout + 1, 1), Corrupted);
  EXPECT_THROW(detail::open_segment(name(), kLayout, kBytes + 1), Corrupted);
  EXPECT_NO_THROW(detail::open_segment(name(), kLayout, kBytes));
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
    EXPECT_EQ(error_of([&] { detail::create_segment(name, kLayout, kBytes, fill); }), error);
    EXPECT_EQ(error_of([&] { detail::open_segment(name, kLayout, 1); }), error);
    EXPECT_EQ(error_of([&] { detail::remove_segment(name); }), error);
  }
  const std::string long_name(199, 'x');
  EXPECT_NO_THROW(detail::create_segment(long_name, kLayout, kBytes, fill));
  EXPECT_TRUE(detail::remove_segment(long_name));
}

TEST_F(SegmentTest, KilledAtAnyMomentWhoCreatesLeavesAWholeOneOrNone) {
  std::mt19937 random(std::random_device{}());
  int whole = 0;
  for (int kill = 0; kill < 500; ++kill) {
    const pid_t victim = fork_child([&] {
      while (true) {
        create();
        detail::remove_segment(name());
      }
    });
    ::usleep(random() % 2'000);
    ::kill(victim, SIGKILL);
    ::waitpid(victim, nullptr, 0);
    try {
      ASSERT_TRUE(is_whole(open())) << "after " << kill << " kills";
      ++whole;
      detail::remove_segment(name());
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
    detail::remove_segment(name());
    const auto error =
        error_of([&] { detail::create_segment(name(), kLayout, 1 << 20, [](void*) {}); });
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
