#include "harness/base/process_stat.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace harness {
namespace {

const std::string kLine =
    "1234 (name) S 1 1234 1234 0 -1 4194304 111 222 333 444 55 66 77 88 20 0 1 0 9999 1 2";

TEST(ProcessStatTest, TheFieldsAreFoundByTheirNumber) {
  const auto stat = parse_process_stat(kLine);
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->state, 'S');
  EXPECT_EQ(stat->parent, 1);
  EXPECT_EQ(stat->group, 1234);
  EXPECT_FALSE(stat->is_exiting);
  EXPECT_EQ(stat->minor_faults, 111);
  EXPECT_EQ(stat->user_ticks, 55);
  EXPECT_EQ(stat->system_ticks, 66);
}

TEST(ProcessStatTest, ANameMayContainSpacesAndParentheses) {
  const auto stat = parse_process_stat("1 (a) R (b) 2 2)" + kLine.substr(kLine.find(')') + 1));
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->state, 'S');
  EXPECT_EQ(stat->system_ticks, 66);
}

TEST(ProcessStatTest, ATextThatIsCutShortGivesNothing) {
  const std::size_t enough = kLine.find(" 66") + 3;
  for (std::size_t length = 0; length < enough - 1; ++length) {
    EXPECT_FALSE(parse_process_stat(kLine.substr(0, length))) << length;
  }
  EXPECT_TRUE(parse_process_stat(kLine.substr(0, enough)));
}

TEST(ProcessStatTest, AProcessThatHasEndedIsAZombieAndOneThatIsReapedIsGone) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  siginfo_t ended{};
  ::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT);
  const auto stat = process_stat(child);
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->state, 'Z');
  EXPECT_TRUE(stat->is_exiting);
  ::waitpid(child, nullptr, 0);
  EXPECT_FALSE(process_stat(child));
}

}  // namespace
}  // namespace harness
