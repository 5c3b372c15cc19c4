// What survivors see of a kill -9 of a waiter or a notifier: at an event, a condition, a barrier. The walks
// over every instruction are in the crash tests.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <mutex>

#include "gilfree/barrier.h"
#include "gilfree/condition.h"
#include "gilfree/event.h"
#include "primitives/tests/support/another.h"
#include "primitives/tests/support/killable_process.h"
#include "primitives/tests/support/scopes.h"
#include "primitives/tests/support/waiter.h"

namespace gilfree::testing {
namespace {

class WaiterDeathsTest : public Watchdog {};

TEST_F(WaiterDeathsTest, AnEventStaysSetWhenItsSetterIsKilledAndNeedsNoWaiterAlive) {
  Event<Processes> event;
  auto dead = KillableProcess::asleep_in([&] { event.wait(); });
  Waiter waiter([&] { event.wait(); });
  dead.kill();
  EXPECT_FALSE(event.is_set());
  KillableProcess::after([&] { event.set(); }).kill();
  waiter.join();
  EXPECT_TRUE(event.is_set());
}

class ConditionDeathsTest : public Watchdog {
 protected:
  Condition<Processes> condition_;
  std::function<void()> wait_ = [this] {
    const std::scoped_lock hold(condition_);
    condition_.wait();
  };
  void notify_one() {
    const std::scoped_lock hold(condition_);
    condition_.notify_one();
  }
};

TEST_F(ConditionDeathsTest, AWaiterKilledAsleepConsumesNoNotification) {
  auto first = KillableProcess::asleep_in(wait_);
  Waiter second(wait_), third(wait_);
  first.kill();
  notify_one();
  second.join();
  EXPECT_TRUE(second.is_back());
  EXPECT_FALSE(third.is_back());
  notify_one();
  third.join();
}

TEST_F(ConditionDeathsTest, TheNotificationOfAWaiterThatIsKilledBeforeItReturnsGoesToTheNext) {
  auto first = KillableProcess::asleep_in(wait_);
  Waiter second(wait_), third(wait_);
  {
    const std::scoped_lock hold(condition_);  // which the first one needs to return
    condition_.notify_one();
    first.kill();
  }
  second.join();
  EXPECT_TRUE(second.is_back());
  EXPECT_FALSE(third.is_back());
  notify_one();
  third.join();
}

TEST_F(ConditionDeathsTest, TheNotificationOfADeadWaiterIsNotForOneThatCameLater) {
  auto first = KillableProcess::asleep_in(wait_);
  {
    const std::scoped_lock hold(condition_);
    condition_.notify_one();
    first.kill();
  }
  EXPECT_FALSE(ask_another<Processes>([&] {
    const std::scoped_lock hold(condition_);
    return condition_.wait_for(std::chrono::milliseconds(100));
  }));
  Waiter later(wait_);
  EXPECT_FALSE(later.is_back());
  notify_one();
  later.join();
}

TEST_F(ConditionDeathsTest, AWaiterNotifiedByOneThatDiedHoldingTheLockLearnsOfIt) {
  Ledger<Processes> abandoned(1);
  RLock<Processes> lock;
  Condition<Processes> condition(lock);
  Waiter waiter([&] {
    const std::scoped_lock hold(condition);
    condition.wait();
    abandoned[0] = lock.abandoned();
  });
  auto notifier = KillableProcess::after([&] {
    condition.lock();
    condition.notify_one();
  });
  EXPECT_FALSE(waiter.is_back());
  notifier.kill();
  waiter.join();
  EXPECT_TRUE(abandoned[0]);
}

class BarrierDeathsTest : public Watchdog {
 protected:
  Barrier<Processes> barrier_{3};
  std::function<void()> wait_ = [this] { barrier_.wait(); };
  std::function<void()> find_it_broken_ = [this] {
    try {
      barrier_.wait();
      std::abort();
    } catch (const BrokenBarrier&) {
    }
  };
  void expect_to_pass() {
    Crew<Processes> others;
    others.start(2, [&](int) { barrier_.wait(); });
    EXPECT_GE(barrier_.wait(), 0);
  }
};

TEST_F(BarrierDeathsTest, APartyKilledWaitingBreaksItAndResetMendsIt) {
  auto dead = KillableProcess::asleep_in(wait_);
  Waiter other(find_it_broken_);
  dead.kill();
  other.join();
  EXPECT_TRUE(other.is_back());
  EXPECT_TRUE(barrier_.broken());
  EXPECT_THROW(barrier_.wait(), BrokenBarrier);
  barrier_.reset();
  expect_to_pass();
}

TEST_F(BarrierDeathsTest, TheLastOneToComeDoesNotPassWithTheDead) {
  Barrier<Processes> barrier(2);
  KillableProcess::asleep_in([&] { barrier.wait(); }).kill();
  EXPECT_EQ(barrier.n_waiting(), 1) << "no other party is there to notice";
  EXPECT_THROW(barrier.wait(), BrokenBarrier);
  EXPECT_TRUE(barrier.broken());
}

TEST_F(BarrierDeathsTest, APartyKilledBeforeItCameIsWaitedForOrReplaced) {
  KillableProcess::after([] {}).kill();
  expect_to_pass();
}

TEST_F(BarrierDeathsTest, AllPassAlsoIfTheLastOneIsKilledAtOnce) {
  Waiter one(wait_), other(wait_);
  KillableProcess::after(wait_).kill();
  one.join();
  other.join();
  EXPECT_FALSE(barrier_.broken());
  expect_to_pass();
}

}  // namespace
}  // namespace gilfree::testing
