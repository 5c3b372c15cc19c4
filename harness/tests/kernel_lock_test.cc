// A lock by name, which the kernel frees however its holder ends.
#include "harness/fleet/kernel_lock.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace harness::testing {
namespace {

std::string name_of(const std::string& end) {
  return "gilfree-test-" + std::to_string(::getpid()) + "-" + end;
}

TEST(KernelLockTest, OneOfTwoHasTheNameAndTheOtherAfterIt) {
  {
    const KernelLock first(name_of("one")), second(name_of("one")), other(name_of("two"));
    EXPECT_TRUE(first.is_ours());
    EXPECT_FALSE(second.is_ours());
    EXPECT_TRUE(other.is_ours());
  }
  EXPECT_TRUE(KernelLock(name_of("one")).is_ours());
}

TEST(KernelLockTest, AHolderThatIsKilledHasItNoMore) {
  const std::string name = name_of("killed");
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t holder = ::fork();
  if (holder == 0) {
    const KernelLock lock(name);
    const char has = lock.is_ours() ? 'y' : 'n';
    if (::write(ends[1], &has, 1) != 1) ::_exit(1);
    while (true) ::pause();
  }
  char has = '?';
  EXPECT_EQ(::read(ends[0], &has, 1), 1);
  EXPECT_EQ(has, 'y');
  EXPECT_FALSE(KernelLock(name).is_ours());
  ::kill(holder, SIGKILL);
  ::waitpid(holder, nullptr, 0);
  EXPECT_TRUE(KernelLock(name).is_ours());
  ::close(ends[0]), ::close(ends[1]);
}

TEST(KernelLockTest, OfANameThatIsTooLongForTheKernelTheEndCounts) {
  const std::string end = name_of(std::string(200, 'x'));
  const KernelLock one(end + "1"), two(end + "2"), same("more" + end + "1");
  EXPECT_TRUE(one.is_ours());
  EXPECT_TRUE(two.is_ours());
  EXPECT_FALSE(same.is_ours());
}

}  // namespace
}  // namespace harness::testing
