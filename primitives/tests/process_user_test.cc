// Processes that become another user: a parent that drops its privileges after it has started children, as many servers
// do, and children that do so themselves.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <functional>
#include <system_error>

#include "gilfree/errors.h"
#include "gilfree/pipe.h"
#include "gilfree/process.h"
#include "gilfree/queue.h"
#include "primitives/tests/support/scopes.h"
#include "primitives/tests/support/start_methods.h"

namespace gilfree::testing {
namespace {

constexpr uid_t kNobody = 65534;

void become_another_user() {
  if (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0) ::_exit(77);
}

void sleep_for_ever() {
  while (true) ::pause();
}

class ProcessUserTest : public StartMethods {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    StartMethods::SetUp();
  }

  // A process that starts a daemon and is killed once both have come that far: the pipe's end says that neither is left.
  void expect_daemon_dies_with(const std::function<void()>& in_parent,
                               const std::function<void()>& in_daemon) {
    Queue<int, Processes> ready(2);
    auto [receiver, sender] = Pipe<int, Processes>({.duplex = false});
    const pid_t parent = fork_child([&] {
      Process daemon = make(
          [&] {
            in_daemon();
            ready.put(1);
            sleep_for_ever();
          },
          {.daemon = true});
      daemon.start();
      in_parent();
      ready.put(2);
      sleep_for_ever();
    });
    sender.close();
    EXPECT_EQ(ready.get() + ready.get(), 3);
    ::kill(parent, SIGKILL);
    ::waitpid(parent, nullptr, 0);
    EXPECT_THROW(receiver.recv(), EndOfFile) << "the daemon lives on";
  }
};

INSTANTIATE_TEST_SUITE_P(By, ProcessUserTest, kStartMethods, name_of_start_method);

TEST_P(ProcessUserTest, ADaemonDiesWithAParentThatDroppedItsPrivileges) {
  expect_daemon_dies_with(become_another_user, [] {});
}

TEST_P(ProcessUserTest, ADaemonThatDroppedItsPrivilegesDiesWithItsParent) {
  expect_daemon_dies_with([] {}, become_another_user);
}

// It may not signal its children, nor the fork server: it says so, and waits for none that would never end.
TEST_P(ProcessUserTest, AParentThatDroppedItsPrivilegesEndsAllTheSame) {
  auto [receiver, sender] = Pipe<int, Processes>({.duplex = false});
  const pid_t parent = fork_child([&] {
    Process destroyed = make(sleep_for_ever, {.daemon = true});
    Process daemon = make(sleep_for_ever, {.daemon = true});
    destroyed.start();
    daemon.start();
    become_another_user();
    for (const auto end : {&Process::terminate, &Process::kill}) {
      try {
        (daemon.*end)();
        ADD_FAILURE() << "no exception";
      } catch (const std::system_error& why) {
        EXPECT_EQ(why.code().value(), EPERM);
      }
    }
    { const Process gone = std::move(destroyed); }
    EXPECT_TRUE(daemon.is_alive());
    end_server();
    std::exit(::testing::Test::HasFailure() ? 1 : 0);  // ends daemons
  });
  sender.close();
  int status = -1;
  ::waitpid(parent, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_THROW(receiver.recv(), EndOfFile) << "a child or the server lives on";
}

}  // namespace
}  // namespace gilfree::testing
