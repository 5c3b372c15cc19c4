// The action of a Barrier: when it runs, and what becomes of the barrier if it throws, dies or stands still.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "gilfree/barrier.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

template <typename S>
class BarrierActionTest : public Watchdog {};
TYPED_TEST_SUITE(BarrierActionTest, BothScopes);

TYPED_TEST(BarrierActionTest, TheLastPartyRunsTheActionBeforeAnyIsLetGo) {
  Ledger<TypeParam> ran(1), too_early(1);
  Barrier<TypeParam> barrier(3, [&] { ran[0]++; });
  Crew<TypeParam> crew;
  crew.start(3, [&](int) {
    for (int round = 1; round <= 50; ++round) {
      barrier.wait();
      too_early[0] += ran[0] < round;
    }
  });
  crew.join();
  EXPECT_EQ(ran[0], 50);
  EXPECT_EQ(too_early[0], 0);
}

TYPED_TEST(BarrierActionTest, AnActionThatThrowsBreaksIt) {
  Barrier<TypeParam> barrier(2, [] { throw std::runtime_error("no"); });
  Ledger<TypeParam> broken(1), thrown(1);
  Crew<TypeParam> crew;
  crew.start(2, [&](int) {
    try {
      barrier.wait();
    } catch (const BrokenBarrier&) {
      broken[0]++;
    } catch (const std::runtime_error&) {
      thrown[0]++;
    }
  });
  crew.join();
  EXPECT_EQ(broken[0], 1);
  EXPECT_EQ(thrown[0], 1);
  EXPECT_TRUE(barrier.broken());
}

TEST(ProcessBarrierActionTest, APartyKilledInItBreaksTheBarrier) {
  end_after(300);
  Barrier<Processes> barrier(2, [] { ::raise(SIGKILL); });
  const pid_t first = fork_child([&] {
    try {
      barrier.wait();
    } catch (const BrokenBarrier&) {
      ::_exit(7);
    }
  });
  while (barrier.n_waiting() == 0) std::this_thread::yield();
  const pid_t last = fork_child([&] { barrier.wait(); });
  int status = 0;
  ::waitpid(first, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 7);
  ::waitpid(last, nullptr, 0);
  EXPECT_THROW(barrier.wait(), BrokenBarrier);
  ::alarm(0);
}

TEST(ProcessBarrierActionTest, BehindAPartyThatStandsStillInItNoneWaitsBeyondItsTimeout) {
  end_after(300);
  Barrier<Processes> barrier(1, [] { ::raise(SIGSTOP); });
  const pid_t stopped = fork_child([&] { barrier.wait(); });
  int status = 0;
  ::waitpid(stopped, &status, WUNTRACED);
  EXPECT_THROW(barrier.wait_for(std::chrono::milliseconds(20)), BrokenBarrier);
  EXPECT_TRUE(barrier.broken());
  barrier.abort();
  ::kill(stopped, SIGKILL);
  ::waitpid(stopped, nullptr, 0);
  ::alarm(0);
}

}  // namespace
}  // namespace gilfree::testing
