// Segment: the file of a named segment, its creation, and which users may open it.
#include "gilfree/detail/memory/segment.h"

#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/stat.h>

#include <csignal>
#include <random>
#include <stdexcept>
#include <string>

#include "gilfree/errors.h"
#include "gilfree/named.h"
#include "primitives/tests/support/another.h"
#include "primitives/tests/support/segments.h"
#include "primitives/tests/support/worlds.h"

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

TEST_F(SegmentTest, BelongsToItsUserAloneWhateverTheUmask) {
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

TEST_F(SegmentTest, AFailedCreationLeavesNothing) {
  const auto fails = [](void*) { throw std::runtime_error("in the middle"); };
  EXPECT_THROW(detail::create_segment(name(), kLayout, kBytes, fails), std::runtime_error);
  EXPECT_EQ(error_of([&] { open(); }), std::errc::no_such_file_or_directory);
}

TEST_F(SegmentTest, IsNotOpenedWithAnotherLayoutOrForMoreBytes) {
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

TEST_F(SegmentTest, AProcessKilledWhileCreatingItLeavesAWholeOneOrNone) {
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
  EXPECT_GT(whole, 0);  // or no process was killed between creating and removing
}

TEST_F(SegmentTest, OneOfAnotherPidOrTimeNamespaceIsRefused) {
  create();
  for (const int kind : {CLONE_NEWPID, CLONE_NEWTIME}) {
    const int answer = ask_in(kind, [&] {
      try {
        open();
      } catch (const Corrupted&) {
        return 0;
      }
      return 1;
    });
    EXPECT_TRUE(answer == 0 || answer == kNotAllowed) << kind << " " << answer;
  }
}

TEST_F(SegmentTest, IsOpenedOrCreatedWhileAnotherRemovesIt) {
  const pid_t remover = fork_child([&] {
    while (true) detail::remove_segment(name());
  });
  for (int round = 0; round < 3'000; ++round) EXPECT_TRUE(is_whole(open_or_create()));
  ::kill(remover, SIGKILL);
  ::waitpid(remover, nullptr, 0);
}

TEST_F(SegmentTest, ALeaseOnItIsAnErrorAndNotAWait) {
  create();
  const int file = ::open(path().c_str(), O_RDWR | O_CLOEXEC);
  std::signal(SIGIO, SIG_IGN);  // sent to the holder of a file lease
  if (::fcntl(file, F_SETLEASE, F_WRLCK) != 0) GTEST_SKIP() << "no lease can be had";
  const auto error = std::errc::resource_unavailable_try_again;
  EXPECT_EQ(error_of([&] { open(); }), error);
  EXPECT_EQ(error_of([&] { open_or_create(); }), error);
  EXPECT_EQ(error_of([&] { detail::remove_segment(name()); }), error);
  ::close(file);
  EXPECT_TRUE(is_whole(open()));
}

// Two versions of a program.
struct Element {
  int number;
};
struct State {
  using Element = testing::Element;
  int count;
};

TEST(Layout, DependsOnTheSizeTheAlignmentAndTheVersionOfStateAndElement) {
  const auto state = detail::type_layout<State>(), element = detail::type_layout<Element>();
  const auto layout = detail::layout_of<State>();
  EXPECT_EQ(layout, detail::layout_hash(state, element));
  for (const auto& changed : {state, element}) {
    auto name = changed, size = changed, alignment = changed, version = changed;
    name.name = "other";
    size.size += 4;
    alignment.alignment *= 2;
    version.version += 1;
    for (const auto& other : {name, size, alignment, version}) {
      const bool is_state = changed.name == state.name;
      EXPECT_NE(layout,
                is_state ? detail::layout_hash(other, element) : detail::layout_hash(state, other));
    }
  }
}

TEST_F(SegmentTest, IsSharedWithAGroupOnlyWhereBothSidesAskForIt) {
  {
    const GroupAccess group;
    create();
    EXPECT_TRUE(is_whole(open()));
  }
  struct stat facts {};
  ASSERT_EQ(::stat(path().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode, S_IFREG | 0660u);
  expect_denied("a group's object without GroupAccess");
  const GroupAccess group;
  ::chmod(path().c_str(), 0666);
  expect_denied("an object that all may write");
  ::chmod(path().c_str(), 0660);
  EXPECT_TRUE(is_whole(open()));
}

constexpr gid_t kGroup = 54321;
constexpr uid_t kOtherUser = 54322;

TEST_F(SegmentTest, AnotherUserOfTheGroupMayOpenItAndNoOneElse) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  {
    const GroupAccess group(kGroup);
    create();
  }
  const auto ask_as = [&](gid_t group) {
    int status = 0;
    ::waitpid(fork_child([&] {
                (void)!::setgroups(0, nullptr);
                if (::setgid(group) != 0 || ::setuid(kOtherUser) != 0) ::_exit(kNotAllowed);
                const GroupAccess access;
                ::_exit(error_of([&] { open(); }) == std::errc() ? 0 : 1);
              }),
              &status, 0);
    return WEXITSTATUS(status);
  };
  EXPECT_EQ(ask_as(kGroup), 0);
  EXPECT_EQ(ask_as(kGroup + 1), 1);
}

}  // namespace
}  // namespace gilfree::testing
