// Daemons and the threads of the process that has started them: what the death of a daemon is bound to.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <thread>

#include "gilfree/errors.h"
#include "gilfree/pool.h"
#include "gilfree/process.h"
#include "gilfree/queue.h"
#include "primitives/tests/support/pool_calls.h"
#include "primitives/tests/support/scopes.h"
#include "primitives/tests/support/start_methods.h"

namespace gilfree::testing {
namespace {

class DaemonTest : public StartMethods {};
class PoolOfAThreadTest : public Watchdog {};

INSTANTIATE_TEST_SUITE_P(By, DaemonTest, kStartMethods, name_of_start_method);

void sleep_for_ever() {
  while (true) ::pause();
}

// What pthread_exit comes to, without an unwinding that gtest would catch.
void end_first_thread() { ::syscall(SYS_exit, 0); }

// What Linux does, and process.h says.
TEST_P(DaemonTest, ADaemonOfTheFirstThreadDiesWithThatThread) {
  Queue<int, Processes> ready(1), exitcode(1);
  const pid_t parent = fork_child([&] {
    static Process daemon = make(
        [&] {
          ready.put(1);
          sleep_for_ever();
        },
        {.daemon = true});
    daemon.start();
    (void)ready.get();
    std::thread([&] {
      daemon.join();
      exitcode.put(*daemon.exitcode());
      ::_exit(0);
    }).detach();
    end_first_thread();
  });
  EXPECT_EQ(exitcode.get(), -SIGKILL);
  ::waitpid(parent, nullptr, 0);
}

// Only the kernel can kill it then. The end of a pipe(2) says that it is gone.
TEST_P(DaemonTest, ADaemonThatRunsAnotherProgramDiesWithItsParent) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t parent = fork_child([&] {
    Process daemon = make(
        [&] {
          ::dup2(ends[1], STDOUT_FILENO);
          ::execlp("sh", "sh", "-c", "echo; exec sleep 1000", nullptr);
          return 1;
        },
        {.daemon = true});
    daemon.start();
    sleep_for_ever();
  });
  ::close(ends[1]);
  char byte = 0;
  EXPECT_EQ(::read(ends[0], &byte, 1), 1);
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  EXPECT_EQ(::read(ends[0], &byte, 1), 0);
  ::close(ends[0]);
}

TEST_F(PoolOfAThreadTest, APoolOutlivesTheThreadThatMadeIt) {
  std::unique_ptr<Pool<Processes>> pool;
  std::thread([&] { pool = std::make_unique<Pool<Processes>>(1); }).join();
  const auto supervisor = active_children();
  const pid_t worker = pool->apply(::getpid);
  EXPECT_EQ(pool->apply(::getpid), worker);
  EXPECT_EQ(active_children(), supervisor);
}

// Its supervisor dies with the thread, as a daemon does. The call that was under way is lost, and another supervisor
// takes its place.
TEST_F(PoolOfAThreadTest, APoolOfTheFirstThreadGoesOnWhenThatThreadHasEnded) {
  Queue<int, Processes> begun(1), result(2);
  const pid_t parent = fork_child([&] {
    static Pool<Processes> pool(1);
    static auto stuck = pool.apply_async([&begun] {
      begun.put(1);
      sleep_for_ever();
    });
    (void)begun.get();
    std::thread([&] {
      try {
        stuck.get();
      } catch (const WorkerLost&) {
        result.put(1);
      }
      result.put(pool.apply(square, 3));
      ::_exit(0);
    }).detach();
    end_first_thread();
  });
  EXPECT_EQ(result.get(), 1);
  EXPECT_EQ(result.get(), 9);
  ::waitpid(parent, nullptr, 0);
}

}  // namespace
}  // namespace gilfree::testing
