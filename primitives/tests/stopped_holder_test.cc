// A process that was stopped while it holds a lock, or runs the action of a barrier, holds up those that
// wait without a limit, and no others. Queues: stopped_owner_test.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <thread>

#include "gilfree/barrier.h"
#include "gilfree/errors.h"
#include "gilfree/lock.h"
#include "primitives/tests/support/scopes.h"
#include "primitives/tests/support/waiter.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

// The last of two parties stands still in the action, which it runs under the barrier's lock.
class StoppedPartyTest : public Watchdog {
 protected:
  void SetUp() override {
    Watchdog::SetUp();
    first_ = fork_child([&] {
      try {
        barrier_.wait();
      } catch (const BrokenBarrier&) {
        told_[0] = 1;
      }
    });
    while (barrier_.n_waiting() == 0) std::this_thread::yield();
    last_ = fork_child([&] {
      try {
        barrier_.wait();
      } catch (const BrokenBarrier&) {
        told_[1] = 1;
      }
    });
    int status = 0;
    ASSERT_EQ(::waitpid(last_, &status, WUNTRACED), last_);
    ASSERT_TRUE(WIFSTOPPED(status));
  }
  void TearDown() override {
    for (const pid_t party : {first_, last_}) {
      ::kill(party, SIGKILL);
      ::waitpid(party, nullptr, 0);
    }
    Watchdog::TearDown();
  }

  Ledger<Processes> told_{2};
  Barrier<Processes> barrier_{2, [] { ::raise(SIGSTOP); }};
  pid_t first_ = 0, last_ = 0;
};

TEST_F(StoppedPartyTest, NoPartyWaitsBeyondItsTimeoutAndAbortDoesNotWait) {
  EXPECT_THROW(barrier_.wait_for(20ms), BrokenBarrier);
  barrier_.abort();
  ::waitpid(first_, nullptr, 0);
  EXPECT_EQ(told_[0], 1);
  EXPECT_TRUE(barrier_.broken());
  EXPECT_THROW(barrier_.wait(), BrokenBarrier);
}

TEST_F(StoppedPartyTest, KilledThereWithALateOneBehindItTheBarrierBreaksAndCanBeReset) {
  EXPECT_THROW(barrier_.wait_for(20ms), BrokenBarrier);
  ::kill(last_, SIGKILL);
  ::waitpid(first_, nullptr, 0);
  EXPECT_EQ(told_[0], 1);
  EXPECT_TRUE(barrier_.broken());
  barrier_.reset();
  EXPECT_FALSE(barrier_.broken());
}

TEST_F(StoppedPartyTest, AResetWaitsUntilItGoesOn) {
  Waiter resetting([&] { barrier_.reset(); });
  EXPECT_FALSE(resetting.is_back());
  ::kill(last_, SIGCONT);
  resetting.join();
  EXPECT_TRUE(resetting.is_back());
  EXPECT_FALSE(barrier_.broken());
  EXPECT_EQ(barrier_.n_waiting(), 0);
}

template <typename L>
class StoppedHolderTest : public Watchdog {};
using Locks = ::testing::Types<Lock<Processes>, RLock<Processes>>;
TYPED_TEST_SUITE(StoppedHolderTest, Locks);

TYPED_TEST(StoppedHolderTest, NoTryWaitsForAHolderThatStandsStillNorForAWaiterThatDoes) {
  TypeParam lock;
  const pid_t holder = fork_child([&] {
    lock.lock();
    ::raise(SIGSTOP);
  });
  int status = 0;
  ::waitpid(holder, &status, WUNTRACED);
  EXPECT_FALSE(lock.try_lock());
  EXPECT_FALSE(lock.try_lock_for(20ms));
  EXPECT_FALSE(lock.try_lock_until(std::chrono::system_clock::now() + 20ms));
  ::kill(holder, SIGKILL);
  ::waitpid(holder, nullptr, 0);
  EXPECT_TRUE(lock.try_lock());
  EXPECT_TRUE(lock.abandoned());
  lock.unlock();
}

}  // namespace
}  // namespace gilfree::testing
