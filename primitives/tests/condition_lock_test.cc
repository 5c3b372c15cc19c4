// Condition and its lock, in both scopes: its own or a given one, held once or often, shared by several.
#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

#include "gilfree/condition.h"
#include "primitives/tests/support/another.h"
#include "primitives/tests/support/lockable.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

template <typename S>
class ConditionLockTest : public Watchdog {};
TYPED_TEST_SUITE(ConditionLockTest, BothScopes);

TYPED_TEST(ConditionLockTest, IsItselfALockAndSoServesStd) {
  static_assert(TimedLockable<Condition<TypeParam>>);
  static_assert(StaysWhereItIs<Condition<TypeParam>>);
  Condition<TypeParam> one, other;
  const std::scoped_lock both(one, other);
  const auto another_gets = [&] {
    return ask_another<TypeParam>([&] {
      return one.try_lock() || one.try_lock_for(1ms) || one.try_lock_until(Clock::now() + 1ms);
    });
  };
  EXPECT_FALSE(another_gets());
}

TYPED_TEST(ConditionLockTest, ItsLockIsTheGivenOne) {
  Lock<TypeParam> lock;
  RLock<TypeParam> again;
  Condition<TypeParam> over_lock(lock), over_again(again);
  const std::scoped_lock both(over_lock, again);
  EXPECT_TRUE(lock.owned());
  over_again.notify_all();  // it is held: no error
  EXPECT_FALSE(ask_another<TypeParam>([&] { return lock.try_lock() || over_again.try_lock(); }));
}

TYPED_TEST(ConditionLockTest, ItsOwnLockMayBeTakenAgainByItsHolder) {
  Condition<TypeParam> condition;
  const std::scoped_lock once(condition);
  const std::scoped_lock twice(condition);
  EXPECT_TRUE(condition.try_lock());
  condition.unlock();
}

TYPED_TEST(ConditionLockTest, AWaitOverALockHeldTwiceByMistakeIsReported) {
  Lock<TypeParam> lock;
  Condition<TypeParam> condition(lock);
  const std::scoped_lock hold(condition);
  EXPECT_EQ(error_of([&] { condition.lock(); }), std::errc::resource_deadlock_would_occur);
  EXPECT_EQ(error_of([&] { lock.lock(); }), std::errc::resource_deadlock_would_occur);
}

// A worker that holds the RLock thrice waits; only if that releases all three can the test lock it.
TYPED_TEST(ConditionLockTest, HeldThriceItIsReleasedFullyAndHeldThriceAgain) {
  RLock<TypeParam> lock;
  Condition<TypeParam> condition(lock);
  Ledger<TypeParam> waits(1), unlocks(2);
  Crew<TypeParam> crew;
  crew.start(2, [&](int me) {
    for (int i = 0; i < 3; ++i) lock.lock();
    waits[0]++;
    me == 0 ? condition.wait() : condition.wait([&] { return waits[0] == 3; });
    for (; lock.owned(); lock.unlock()) unlocks[me]++;
  });
  for (bool both = false; !both; std::this_thread::yield()) {
    const std::scoped_lock hold(lock);
    both = waits[0] == 2;
  }
  {
    const std::scoped_lock hold(condition);
    waits[0] = 3;
    condition.notify_all();
  }
  crew.join();
  EXPECT_EQ(unlocks[0], 3);
  EXPECT_EQ(unlocks[1], 3);
}

TYPED_TEST(ConditionLockTest, TooLateItIsHeldAsOftenAsBefore) {
  RLock<TypeParam> lock;
  Condition<TypeParam> condition(lock);
  for (int i = 0; i < 3; ++i) lock.lock();
  EXPECT_FALSE(condition.wait_for(1ms));
  int unlocks = 0;
  for (; lock.owned(); lock.unlock()) ++unlocks;
  EXPECT_EQ(unlocks, 3);
}

// The bounded buffer of the textbook: a producer that waits for room is not woken by an item.
template <Scope S, typename AnyLock>
void keep_two_conditions_apart() {
  constexpr int kItems = 3'000, kRoom = 2, kSide = 2;
  AnyLock lock;
  Condition<S> has_room(lock), has_goods(lock);
  Ledger<S> book(2);
  std::atomic<std::int64_t>&stock = book[0], &wrong = book[1];
  Crew<S> crew;
  crew.start(2 * kSide, [&](int me) {
    for (int i = 0; i < kItems; ++i) {
      const std::scoped_lock hold(lock);
      const bool fills = me % 2 == 0;
      (fills ? has_room : has_goods).wait([&] { return fills ? stock < kRoom : stock > 0; });
      stock += fills ? 1 : -1;
      if (stock < 0 || stock > kRoom) ++wrong;
      (fills ? has_goods : has_room).notify_one();
    }
  });
  crew.join();
  EXPECT_EQ(stock, 0);
  EXPECT_EQ(wrong, 0);
}

TYPED_TEST(ConditionLockTest, TwoConditionsMayShareALock) {
  keep_two_conditions_apart<TypeParam, Lock<TypeParam>>();
}

TYPED_TEST(ConditionLockTest, TwoConditionsMayShareAnRLock) {
  keep_two_conditions_apart<TypeParam, RLock<TypeParam>>();
}

TYPED_TEST(ConditionLockTest, NotifyReachesTheWaitersOfThatConditionAlone) {
  Lock<TypeParam> lock;
  Condition<TypeParam> one(lock), other(lock);
  Ledger<TypeParam> waits(1), notified(2);
  Crew<TypeParam> crew;
  crew.start(2, [&](int me) {
    const std::scoped_lock hold(lock);
    waits[0]++;
    me == 0 ? one.wait() : other.wait();
    notified[me] = 1;
  });
  for (bool both = false; !both; std::this_thread::yield()) {
    const std::scoped_lock hold(lock);
    both = waits[0] == 2;
    if (both) other.notify_all();
  }
  while (notified[1] == 0) std::this_thread::yield();
  const std::unique_lock hold(lock);
  EXPECT_EQ(notified[0], 0);
  one.notify_all();
}

class ThreadConditionTest : public Watchdog {};

TEST_F(ThreadConditionTest, MoreWaitersThanItHasRoomForAreRefusedAndKeepTheLock) {
  constexpr int kMost = 1'023;
  Condition<Threads> condition;
  int waiting = 0;
  Crew<Threads> crew;
  crew.start(kMost, [&](int) {
    const std::scoped_lock hold(condition);
    ++waiting;
    condition.wait();
  });
  for (bool all = false; !all; std::this_thread::yield()) {
    const std::scoped_lock hold(condition);
    all = waiting == kMost;
  }
  {
    const std::scoped_lock hold(condition);
    EXPECT_EQ(error_of([&] { condition.wait(); }), std::errc::resource_unavailable_try_again);
    condition.notify_all();  // still held: no error
  }
  crew.join();
}

}  // namespace
}  // namespace gilfree::testing
