// What survivors see when the holder of a lock or of permits is killed. The walks over every instruction
// are in the crash tests.
#include <gtest/gtest.h>

#include <mutex>
#include <stdexcept>
#include <vector>

#include "gilfree/lock.h"
#include "gilfree/semaphore.h"
#include "gilfree/value.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/killable_process.h"
#include "primitives/tests/support/scopes.h"
#include "primitives/tests/support/waiter.h"

namespace gilfree::testing {
namespace {

template <typename L>
class LockDeathsTest : public Watchdog {};
using SharedLocks = ::testing::Types<Lock<Processes>, RLock<Processes>>;
TYPED_TEST_SUITE(LockDeathsTest, SharedLocks);

TYPED_TEST(LockDeathsTest, TheLockOfAKilledHolderPassesOnAndIsAbandonedForItsNextOwnerOnly) {
  TypeParam lock;
  auto holder = KillableProcess::after([&] { lock.lock(); });
  EXPECT_FALSE(lock.try_lock());
  holder.kill();
  EXPECT_FALSE(lock.locked());
  for (const bool is_abandoned : {true, false, false}) {
    const std::scoped_lock hold(lock);
    EXPECT_EQ(lock.abandoned(), is_abandoned);
  }
}

TYPED_TEST(LockDeathsTest, OneOfTheSleepersForItSeesItAbandonedAndAllGetIt) {
  constexpr int kWaiters = 3;
  TypeParam lock;
  auto holder = KillableProcess::after([&] { lock.lock(); });
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

TYPED_TEST(LockDeathsTest, AKilledWaiterDoesNotTakeTheLock) {
  TypeParam lock;
  lock.lock();
  auto waiter = KillableProcess::asleep_in([&] { lock.lock(); });
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

class HolderDeathsTest : public Watchdog {};

TEST_F(HolderDeathsTest, AnRLockThatADeadOwnerHeldThriceIsHeldOnceByTheNextOwner) {
  RLock<Processes> lock;
  auto holder = KillableProcess::after([&] {
    for (int i = 0; i < 3; ++i) lock.lock();
  });
  holder.kill();
  lock.lock();
  EXPECT_TRUE(lock.abandoned());
  lock.unlock();
  EXPECT_FALSE(lock.locked());
}

TEST_F(HolderDeathsTest, WhatADeadOwnerHasWrittenStays) {
  Array<int> pair{1, 1};
  auto writer = KillableProcess::after([&] {
    pair.lock();
    pair[0] = 2;
  });
  writer.kill();
  const std::scoped_lock hold(pair);
  EXPECT_TRUE(pair.get_lock().abandoned());
  EXPECT_EQ(pair[0], 2);
  EXPECT_EQ(pair[1], 1);
}

TEST_F(HolderDeathsTest, ABoundedSemaphoreTakesBackThePermitsOfDeadHoldersOnly) {
  BoundedSemaphore<Processes> semaphore(6);
  const auto take_two = [&] { return semaphore.try_acquire() && semaphore.try_acquire(); };
  auto dead = KillableProcess::after(take_two), alive = KillableProcess::after(take_two);
  EXPECT_EQ(semaphore.value(), 2);
  dead.kill();
  EXPECT_EQ(semaphore.value(), 4);
  semaphore.release(2);  // of those that the living one has, as any thread may
  EXPECT_THROW(semaphore.release(), std::logic_error);
}

TEST_F(HolderDeathsTest, ABoundedSemaphoreTakesBackThePermitsOfManyDeadHolders) {
  constexpr int kDead = 20, kAlive = 10;
  BoundedSemaphore<Processes> semaphore(kDead + kAlive);
  const auto take_one = [&] { semaphore.acquire(); };
  std::vector<KillableProcess> alive, dead;
  for (int i = 0; i < kAlive; ++i) alive.push_back(KillableProcess::after(take_one));
  for (int i = 0; i < kDead; ++i) dead.push_back(KillableProcess::after(take_one));
  EXPECT_FALSE(semaphore.try_acquire());
  dead.clear();
  EXPECT_EQ(semaphore.value(), kDead);
}

TEST_F(HolderDeathsTest, TryAcquireFindsThePermitOfADeadHolderAmongManyLivingOnes) {
  constexpr int kAlive = 20;
  BoundedSemaphore<Processes> semaphore(kAlive + 1);
  const auto take_one = [&] { semaphore.acquire(); };
  std::vector<KillableProcess> alive;
  for (int i = 0; i < kAlive; ++i) alive.push_back(KillableProcess::after(take_one));
  KillableProcess::after(take_one).kill();
  EXPECT_TRUE(semaphore.try_acquire());
  EXPECT_FALSE(semaphore.try_acquire());
}

TEST_F(HolderDeathsTest, ASleeperGetsThePermitOfAKilledHolder) {
  BoundedSemaphore<Processes> semaphore(1);
  auto holder = KillableProcess::after([&] { semaphore.acquire(); });
  Waiter waiter([&] { semaphore.acquire(); });
  holder.kill();
  waiter.join();
  EXPECT_TRUE(waiter.is_back());
}

TEST_F(HolderDeathsTest, AKilledWaiterTakesNoPermit) {
  Semaphore<Processes> semaphore(0);
  auto dead = KillableProcess::asleep_in([&] { semaphore.acquire(); });
  Waiter waiter([&] { semaphore.acquire(); });
  dead.kill();
  semaphore.release();
  waiter.join();
  EXPECT_EQ(semaphore.value(), 0);
}

TEST_F(HolderDeathsTest, APermitOfAPlainSemaphoreIsLostWithItsHolderAsInPython) {
  Semaphore<Processes> semaphore(2);
  KillableProcess::after([&] { semaphore.acquire(); }).kill();
  EXPECT_EQ(semaphore.value(), 1);
}

}  // namespace
}  // namespace gilfree::testing
