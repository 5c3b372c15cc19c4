// Pool of processes whose workers become another user: the kernel no longer kills such a process with its parent.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <system_error>
#include <vector>

#include "gilfree/errors.h"
#include "gilfree/pipe.h"
#include "gilfree/pool.h"
#include "gilfree/process.h"
#include "gilfree/queue.h"
#include "primitives/tests/support/pool_calls.h"
#include "primitives/tests/support/pool_orphans.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

class PoolUserTest : public Watchdog {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    Watchdog::SetUp();
  }
};

constexpr uid_t kNobody = 65534;

void become(uid_t user) {
  if (::setgid(user) != 0 || ::setuid(user) != 0) ::_exit(77);
}
void become_another_user() { become(kNobody); }

void sleep_for_ever() {
  while (true) ::pause();
}

// What a forked child has found, as its exit code.
int failures() { return ::testing::Test::HasFailure() ? 1 : 0; }

void kill_supervisor() {
  const auto children = active_children();
  ASSERT_EQ(children.size(), 1u);
  children[0].kill();
}

TEST_F(PoolUserTest, APoolWhoseInitializerChangesTheUserOutlivesItsSupervisor) {
  Pool<Processes> pool(2, {.initializer = become_another_user});
  for (int round = 0; round < 5; ++round) {
    auto stuck = pool.apply_async(sleep_for_ever);
    EXPECT_EQ(pool.apply(square, 3), 9);
    kill_supervisor();
    EXPECT_THROW(stuck.get(), WorkerLost);
  }
}

TEST_F(PoolUserTest, APoolWithATaskThatChangesTheUserOutlivesItsSupervisor) {
  Queue<int, Processes> begun(1);
  Pool<Processes> pool(2);
  for (int round = 0; round < 5; ++round) {
    auto stuck = pool.apply_async([&begun] {
      become_another_user();
      begun.put(1);
      sleep_for_ever();
    });
    (void)begun.get();
    kill_supervisor();
    EXPECT_THROW(stuck.get(), WorkerLost);
    EXPECT_EQ(pool.apply(square, 4), 16);
  }
}

// The pool's process and its worker run as two users, and neither is root, so the process may not kill its worker
// once the supervisor has been killed.
TEST_F(PoolUserTest, WhereAWorkerMayNotBeKilledThePoolIsBroken) {
  Queue<pid_t, Processes> begun(2);
  Queue<int, Processes> error(1);
  const pid_t owner = fork_child([&] {
    Pool<Processes> pool(1);
    become_another_user();
    auto stuck = pool.apply_async([&begun] {
      become(kNobody - 1);
      begun.put(::getpid());
      begun.put(::getppid());
      sleep_for_ever();
    });
    try {
      stuck.get();
    } catch (const std::system_error& why) {
      error.put(why.code().value());
    }
  });
  const pid_t worker = begun.get(), supervisor = begun.get();
  ::kill(supervisor, SIGKILL);
  EXPECT_EQ(error.get(), EPERM);
  int status = -1;
  ::waitpid(owner, &status, 0);
  EXPECT_EQ(status, 0);
  ::kill(worker, SIGKILL);
}

TEST_F(PoolUserTest, WorkersThatChangedTheUserDieWithTheProcessThatMadeThePool) {
  expect_workers_die_with_their_maker({.initializer = become_another_user});
}

// `make` makes a pool and says when it has come so far; its process is killed then. The pipe's end says that none is left.
void expect_all_die_with(const std::function<void(Queue<int, Processes>& ready)>& make) {
  Queue<int, Processes> ready(1);
  auto [receiver, sender] = Pipe<int, Processes>({.duplex = false});
  const pid_t owner = fork_child([&] { make(ready); });
  sender.close();
  (void)ready.get();
  ::kill(owner, SIGKILL);
  ::waitpid(owner, nullptr, 0);
  EXPECT_THROW(receiver.recv(), EndOfFile) << "a process of the pool lives on";
}

TEST_F(PoolUserTest, ThePoolOfAProcessThatDroppedItsPrivilegesDiesWithIt) {
  expect_all_die_with([](Queue<int, Processes>& ready) {
    Pool<Processes> pool(2);
    become_another_user();
    pool.apply([&ready] {
      ready.put(1);
      sleep_for_ever();
    });
  });
}

// The kernel forgets to kill a worker with its supervisor once a task has changed the user; it waits for another task.
TEST_F(PoolUserTest, AWorkerWhoseTaskChangedTheUserDiesWithTheProcessThatMadeThePool) {
  expect_all_die_with([](Queue<int, Processes>& ready) {
    Pool<Processes> pool(1);
    pool.apply(become_another_user);
    ready.put(1);
    sleep_for_ever();
  });
}

// It may signal neither the supervisor nor the workers, which are root still.
TEST_F(PoolUserTest, AProcessThatDroppedItsPrivilegesEndsItsPool) {
  for (const bool terminates : {true, false}) {
    Queue<int, Processes> begun(1);
    auto [receiver, sender] = Pipe<int, Processes>({.duplex = false});
    const pid_t owner = fork_child([&] {
      Pool<Processes> pool(2);
      become_another_user();
      EXPECT_EQ(pool.apply(square, 3), 9);
      if (!terminates) {
        pool.close();
        pool.join();
        ::_exit(failures());
      }
      auto stuck = pool.apply_async([&begun] {
        begun.put(1);
        sleep_for_ever();
      });
      (void)begun.get();
      pool.terminate();
      pool.join();
      EXPECT_THROW(stuck.get(), Closed);
      ::_exit(failures());
    });
    sender.close();
    int status = -1;
    ::waitpid(owner, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_THROW(receiver.recv(), EndOfFile) << "a process of the pool lives on";
  }
}

// Stopped, a supervisor does not see that it is to end.
TEST_F(PoolUserTest, AProcessThatDroppedItsPrivilegesDoesNotWaitForAStoppedSupervisor) {
  Queue<pid_t, Processes> begun(1), ended(2);
  const pid_t owner = fork_child([&] {
    Pool<Processes> pool(1);
    const pid_t supervisor = active_children().at(0).pid();
    auto stuck = pool.apply_async([&begun] {
      begun.put(::getpid());
      sleep_for_ever();
    });
    const pid_t worker = begun.get();
    ::kill(supervisor, SIGSTOP);
    become_another_user();
    pool.terminate();
    pool.join();
    EXPECT_THROW(stuck.get(), Closed);
    ended.put(worker);
    ended.put(supervisor);
    ::_exit(failures());
  });
  const pid_t worker = ended.get(), supervisor = ended.get();
  int status = -1;
  ::waitpid(owner, &status, 0);
  EXPECT_EQ(status, 0);
  ::kill(supervisor, SIGKILL);
  ::kill(worker, SIGKILL);
}

}  // namespace
}  // namespace gilfree::testing
