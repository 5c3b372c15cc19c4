// The janitor of a kernel object: it tidies up when all that know of the object are gone.
#include "scenarios/support/janitor.h"

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "scenarios/tests/support.h"

namespace scenarios::testing {
namespace {

TEST(JanitorTest, TidiesUpWhenItsMakerEnds) {
  harness::testing::TemporaryFolder folder;
  const auto path = (folder.path() / "tidied").string();
  {
    Janitor janitor([path] { std::ofstream(path) << "done"; });
    EXPECT_FALSE(std::filesystem::exists(path));
  }
  while (!std::filesystem::exists(path)) ::sched_yield();
}

TEST(JanitorTest, TidiesUpAfterAKill) {
  harness::testing::TemporaryFolder folder;
  const auto path = (folder.path() / "tidied").string();
  const auto made = (folder.path() / "made").string();
  const pid_t maker = ::fork();
  if (maker == 0) {
    Janitor janitor([path] { std::ofstream(path) << "done"; });
    std::ofstream(made) << "yes";
    while (true) ::pause();
  }
  while (!std::filesystem::exists(made)) ::sched_yield();
  ::kill(maker, SIGKILL);
  ::waitpid(maker, nullptr, 0);
  while (!std::filesystem::exists(path)) ::sched_yield();
}

TEST(JanitorTest, WaitsForTheChildrenOfItsMaker) {
  harness::testing::TemporaryFolder folder;
  const auto path = (folder.path() / "tidied").string();
  int go[2];
  ASSERT_EQ(::pipe(go), 0);
  pid_t child;
  {
    Janitor janitor([path] { std::ofstream(path) << "done"; });
    child = ::fork();
    if (child == 0) {
      ::close(go[1]);
      char nothing;
      ::_exit(::read(go[0], &nothing, 1) == 0 && !std::filesystem::exists(path) ? 0 : 1);
    }
  }
  ::close(go[1]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0) << "it tidied up while a child was there";
  while (!std::filesystem::exists(path)) ::sched_yield();
  ::close(go[0]);
}

}  // namespace
}  // namespace scenarios::testing
