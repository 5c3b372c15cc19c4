// What survivors see of a kill -9 at a place that a user can name: holding, waiting, told. The walks
// over every instruction are in the crash tests.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <vector>

#include "primitives/barrier.h"
#include "primitives/condition.h"
#include "primitives/event.h"
#include "primitives/lock.h"
#include "primitives/semaphore.h"
#include "primitives/tests/support/another.h"
#include "primitives/tests/support/doomed.h"
#include "primitives/tests/support/line.h"
#include "primitives/tests/support/scopes.h"
#include "primitives/value.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

template <typename L>
class LockDeathsTest : public Watchdog {};
using SharedLocks = ::testing::Types<Lock<Processes>, RLock<Processes>>;
TYPED_TEST_SUITE(LockDeathsTest, SharedLocks);

TYPED_TEST(LockDeathsTest, AKilledHoldersLockPassesToTheNextWhoAloneIsTold) {
  TypeParam lock;
  auto holder = Doomed::after([&] { lock.lock(); });
  EXPECT_FALSE(lock.try_lock());
  holder.kill();
  EXPECT_FALSE(lock.locked());
  for (const bool is_abandoned : {true, false, false}) {
    const std::scoped_lock hold(lock);
    EXPECT_EQ(lock.abandoned(), is_abandoned);
  }
}

TYPED_TEST(LockDeathsTest, OfThoseWhoSleepForItOneIsToldAndAllGetIt) {
  constexpr int kWaiters = 3;
  TypeParam lock;
  auto holder = Doomed::after([&] { lock.lock(); });
  SleepWatch<Processes> watch(kWaiters);
  Ledger<Processes> got(2);
  Crew<Processes> crew;
  crew.start(kWaiters, [&](int me) {
    watch.will_sleep(me);
    const std::scoped_lock hold(lock);
    got[lock.abandoned()]++;
  });
  watch.await_all();
  holder.kill();
  crew.join();
  EXPECT_EQ(got[true], 1);
  EXPECT_EQ(got[false], kWaiters - 1);
}

TYPED_TEST(LockDeathsTest, AKilledWaiterTakesNoTurn) {
  TypeParam lock;
  lock.lock();
  auto waiter = Doomed::asleep_in([&] { lock.lock(); });
  SleepWatch<Processes> watch(1);
  Crew<Processes> crew;
  crew.start(1, [&](int) {
    watch.will_sleep(0);
    const std::scoped_lock hold(lock);
  });
  watch.await(0);
  waiter.kill();
  lock.unlock();
  crew.join();
  EXPECT_FALSE(lock.locked());
}

class DeathsTest : public Watchdog {
 protected:
  // A worker that waits, asleep, and whether it has come back.
  class Waiter {
   public:
    explicit Waiter(const std::function<void()>& wait) : watch_(1), back_(1) {
      crew_.start(1, [&](int) {
        watch_.will_sleep(0);
        wait();
        back_[0] = 1;
      });
      watch_.await(0);
    }
    bool is_back() { return back_[0] != 0; }
    void join() { crew_.join(); }

   private:
    SleepWatch<Processes> watch_;
    Ledger<Processes> back_;
    Crew<Processes> crew_;
  };
};

TEST_F(DeathsTest, AnRLockHeldThriceByTheDeadIsHeldOnceByTheNext) {
  RLock<Processes> lock;
  auto holder = Doomed::after([&] {
    for (int i = 0; i < 3; ++i) lock.lock();
  });
  holder.kill();
  lock.lock();
  EXPECT_TRUE(lock.abandoned());
  lock.unlock();
  EXPECT_FALSE(lock.locked());
}

TEST_F(DeathsTest, WhatTheDeadWasWritingStaysAsFarAsItCame) {
  Array<int> pair{1, 1};
  auto writer = Doomed::after([&] {
    pair.lock();
    pair[0] = 2;
  });
  writer.kill();
  const std::scoped_lock hold(pair);
  EXPECT_TRUE(pair.get_lock().abandoned());
  EXPECT_EQ(pair[0], 2);
  EXPECT_EQ(pair[1], 1);
}

TEST_F(DeathsTest, ABoundedSemaphoreTakesBackThePermitsOfTheDeadAndOnlyThose) {
  BoundedSemaphore<Processes> semaphore(6);
  const auto take_two = [&] { return semaphore.try_acquire() && semaphore.try_acquire(); };
  auto dead = Doomed::after(take_two), alive = Doomed::after(take_two);
  EXPECT_EQ(semaphore.value(), 2);
  dead.kill();
  EXPECT_EQ(semaphore.value(), 4);
  semaphore.release(2);  // of those that the living one has, as anybody may
  EXPECT_THROW(semaphore.release(), std::logic_error);
}

TEST_F(DeathsTest, ABoundedSemaphoreTakesBackThePermitsOfHoweverManyDead) {
  constexpr int kDead = 20, kAlive = 10;
  BoundedSemaphore<Processes> semaphore(kDead + kAlive);
  const auto take_one = [&] { semaphore.acquire(); };
  std::vector<Doomed> alive, dead;
  for (int i = 0; i < kAlive; ++i) alive.push_back(Doomed::after(take_one));
  for (int i = 0; i < kDead; ++i) dead.push_back(Doomed::after(take_one));
  EXPECT_FALSE(semaphore.try_acquire());
  dead.clear();
  EXPECT_EQ(semaphore.value(), kDead);
}

TEST_F(DeathsTest, TryAcquireFindsThePermitOfTheDeadAmongThoseOfManyAlive) {
  constexpr int kAlive = 20;
  BoundedSemaphore<Processes> semaphore(kAlive + 1);
  const auto take_one = [&] { semaphore.acquire(); };
  std::vector<Doomed> alive;
  for (int i = 0; i < kAlive; ++i) alive.push_back(Doomed::after(take_one));
  Doomed::after(take_one).kill();
  EXPECT_TRUE(semaphore.try_acquire());
  EXPECT_FALSE(semaphore.try_acquire());
}

TEST_F(DeathsTest, WhoSleepsForAPermitGetsThatOfTheDead) {
  BoundedSemaphore<Processes> semaphore(1);
  auto holder = Doomed::after([&] { semaphore.acquire(); });
  Waiter waiter([&] { semaphore.acquire(); });
  holder.kill();
  waiter.join();
  EXPECT_TRUE(waiter.is_back());
}

TEST_F(DeathsTest, AKilledWaiterTakesNoPermit) {
  Semaphore<Processes> semaphore(0);
  auto dead = Doomed::asleep_in([&] { semaphore.acquire(); });
  Waiter waiter([&] { semaphore.acquire(); });
  dead.kill();
  semaphore.release();
  waiter.join();
  EXPECT_EQ(semaphore.value(), 0);
}

TEST_F(DeathsTest, APermitOfAPlainSemaphoreDiesWithItsHolderAsInPython) {
  Semaphore<Processes> semaphore(2);
  Doomed::after([&] { semaphore.acquire(); }).kill();
  EXPECT_EQ(semaphore.value(), 1);
}

TEST_F(DeathsTest, AnEventStaysSetWhenItsSetterIsKilledAndNeedsNoWaiterAlive) {
  Event<Processes> event;
  auto dead = Doomed::asleep_in([&] { event.wait(); });
  Waiter waiter([&] { event.wait(); });
  dead.kill();
  EXPECT_FALSE(event.is_set());
  Doomed::after([&] { event.set(); }).kill();
  waiter.join();
  EXPECT_TRUE(event.is_set());
}

class ConditionDeathsTest : public DeathsTest {
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
  auto first = Doomed::asleep_in(wait_);
  Waiter second(wait_), third(wait_);
  first.kill();
  notify_one();
  second.join();
  EXPECT_TRUE(second.is_back());
  EXPECT_FALSE(third.is_back());
  notify_one();
  third.join();
}

TEST_F(ConditionDeathsTest, WhatAWaiterWasToldThatIsKilledBeforeItReturnsGoesToTheNext) {
  auto first = Doomed::asleep_in(wait_);
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

TEST_F(ConditionDeathsTest, WhoWasToldByOneThatDiedHoldingTheLockLearnsOfIt) {
  Ledger<Processes> abandoned(1);
  RLock<Processes> lock;
  Condition<Processes> condition(lock);
  Waiter waiter([&] {
    const std::scoped_lock hold(condition);
    condition.wait();
    abandoned[0] = lock.abandoned();
  });
  auto notifier = Doomed::after([&] {
    condition.lock();
    condition.notify_one();
  });
  EXPECT_FALSE(waiter.is_back());
  notifier.kill();
  waiter.join();
  EXPECT_TRUE(abandoned[0]);
}

class BarrierDeathsTest : public DeathsTest {
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
  auto dead = Doomed::asleep_in(wait_);
  Waiter other(find_it_broken_);
  dead.kill();
  other.join();
  EXPECT_TRUE(other.is_back());
  EXPECT_TRUE(barrier_.broken());
  EXPECT_THROW(barrier_.wait(), BrokenBarrier);
  barrier_.reset();
  expect_to_pass();
}

TEST_F(BarrierDeathsTest, APartyKilledBeforeItCameIsWaitedForOrReplaced) {
  Doomed::after([] {}).kill();
  expect_to_pass();
}

TEST_F(BarrierDeathsTest, AllPassAlsoIfTheLastOneIsKilledAtOnce) {
  Waiter one(wait_), other(wait_);
  Doomed::after(wait_).kill();
  one.join();
  other.join();
  EXPECT_FALSE(barrier_.broken());
  expect_to_pass();
}

}  // namespace
}  // namespace gilfree::testing
