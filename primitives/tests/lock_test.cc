// Lock and RLock: what both promise, in both scopes; then what each does when its holder comes again.
#include "gilfree/lock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "primitives/tests/support/another.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/lockable.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

template <typename L>
class AnyLockTest : public Watchdog {
 protected:
  static bool another_gets(L& lock) {
    return ask_another<ScopeOf<L>>([&] {
      const std::unique_lock mine(lock, std::try_to_lock);
      return mine.owns_lock();
    });
  }
};
using AnyLocks = ::testing::Types<Lock<Threads>, Lock<Processes>, RLock<Threads>, RLock<Processes>>;
TYPED_TEST_SUITE(AnyLockTest, AnyLocks);

TYPED_TEST(AnyLockTest, MeetsTheRequirementsOfStd) {
  static_assert(TimedLockable<TypeParam>);
  static_assert(StaysWhereItIs<TypeParam>);
}

TYPED_TEST(AnyLockTest, IsHeldFromLockToUnlock) {
  TypeParam lock;
  EXPECT_FALSE(lock.locked());
  EXPECT_FALSE(lock.owned());
  lock.lock();
  EXPECT_TRUE(lock.locked());
  EXPECT_TRUE(lock.owned());
  EXPECT_FALSE(lock.abandoned());
  EXPECT_FALSE(this->another_gets(lock));
  lock.unlock();
  EXPECT_FALSE(lock.locked());
  EXPECT_TRUE(this->another_gets(lock));
}

TYPED_TEST(AnyLockTest, EveryFormOfLockingHoldsIt) {
  TypeParam lock;
  const auto held = [&](bool locked) {
    const bool others = this->another_gets(lock);
    lock.unlock();
    return locked && !others;
  };
  EXPECT_TRUE(held(lock.try_lock()));
  EXPECT_TRUE(held(lock.try_lock_for(0ms)));
  EXPECT_TRUE(held(lock.try_lock_for(1h)));
  EXPECT_TRUE(held(lock.try_lock_until(Clock::now() + 1h)));
  EXPECT_TRUE(held(lock.try_lock_until(std::chrono::system_clock::now() + 1h)));
  EXPECT_TRUE(held(lock.try_lock_until(Clock::now() - 1h)));  // free: the time does not matter
}

TYPED_TEST(AnyLockTest, ItsHolderIsAnotherWhenSeenFromElsewhere) {
  TypeParam lock;
  const std::scoped_lock hold(lock);
  using S = ScopeOf<TypeParam>;
  EXPECT_TRUE(ask_another<S>([&] { return lock.locked(); }));
  EXPECT_FALSE(ask_another<S>([&] { return lock.owned(); }));
}

TYPED_TEST(AnyLockTest, PatienceIsKeptAtLeastAsLongAsPromised) {
  using S = ScopeOf<TypeParam>;
  using System = std::chrono::system_clock;
  TypeParam lock;
  const std::scoped_lock hold(lock);
  EXPECT_GE(others_patience<S>([&] { return lock.try_lock(); }), 0ms);
  EXPECT_GE(others_patience<S>([&] { return lock.try_lock_for(0ms); }), 0ms);
  EXPECT_GE(others_patience<S>([&] { return lock.try_lock_until(Clock::now() - 1s); }), 0ms);
  EXPECT_GE(others_patience<S>([&] { return lock.try_lock_for(30ms); }), 30ms);
  EXPECT_GE(others_patience<S>([&] { return lock.try_lock_until(Clock::now() + 30ms); }), 30ms);
  EXPECT_GE(others_patience<S>([&] { return lock.try_lock_until(System::now() + 30ms); }), 29ms);
}

TYPED_TEST(AnyLockTest, ASleeperGetsItInWhateverForm) {
  using S = ScopeOf<TypeParam>;
  TypeParam lock;
  SleepWatch<S> watch(4);
  Ledger<S> got(4);
  Crew<S> crew;
  lock.lock();
  crew.start(4, [&](int me) {
    watch.will_sleep(me);
    if (me == 0) lock.lock();
    if (me == 1 && !lock.try_lock_for(1h)) return;
    if (me == 2 && !lock.try_lock_until(Clock::now() + 1h)) return;
    if (me == 3 && !lock.try_lock_until(std::chrono::system_clock::now() + 1h)) return;
    got[me] = 1;
    lock.unlock();
  });
  watch.await_all();
  for (int me = 0; me < 4; ++me) EXPECT_EQ(got[me], 0);
  lock.unlock();
  crew.join();
  for (int me = 0; me < 4; ++me) EXPECT_EQ(got[me], 1) << "form " << me;
}

TYPED_TEST(AnyLockTest, UnlockOfWhatIsNotHeldIsAnError) {
  TypeParam lock;
  EXPECT_EQ(error_of([&] { lock.unlock(); }), std::errc::operation_not_permitted);
  EXPECT_TRUE(lock.try_lock());
  lock.unlock();
  EXPECT_EQ(error_of([&] { lock.unlock(); }), std::errc::operation_not_permitted);
}

TYPED_TEST(AnyLockTest, UnlockOfWhatAnotherHoldsIsAnErrorAndReleasesNothing) {
  TypeParam lock;
  const std::scoped_lock hold(lock);
  const auto error = ask_another<ScopeOf<TypeParam>>(
      [&] { return static_cast<int>(error_of([&] { lock.unlock(); })); });
  EXPECT_EQ(static_cast<std::errc>(error), std::errc::operation_not_permitted);
  EXPECT_TRUE(lock.owned());
  EXPECT_FALSE(this->another_gets(lock));
}

TYPED_TEST(AnyLockTest, DestroyedWhileHeldItEndsTheProgramWithAMessage) {
  EXPECT_DEATH(
      {
        TypeParam lock;
        lock.lock();
      },
      "destroyed while held; unlock it first");
}

TYPED_TEST(AnyLockTest, DestroyedByAnExceptionItLeavesTheWordToThat) {
  const auto hold_and_throw = [] {
    TypeParam lock;
    lock.lock();
    throw std::runtime_error("what went wrong");
  };
  EXPECT_THROW(hold_and_throw(), std::runtime_error);
}

TYPED_TEST(AnyLockTest, TwoAreTakenAtOnceInAnyOrderWithoutDeadlock) {
  using S = ScopeOf<TypeParam>;
  TypeParam one, other;
  Crew<S> crew;
  crew.start(4, [&](int me) {
    for (int i = 0; i < 2'000; ++i) {
      const std::scoped_lock both(me % 2 == 0 ? one : other, me % 2 == 0 ? other : one);
    }
  });
  crew.join();
  EXPECT_EQ(std::try_lock(one, other), -1);  // all
  one.unlock();
  other.unlock();
}

TYPED_TEST(AnyLockTest, ServesStdUniqueLock) {
  TypeParam lock;
  std::unique_lock first(lock, 10ms);
  EXPECT_TRUE(first.owns_lock());
  first.unlock();
  EXPECT_TRUE(first.try_lock_for(10ms));
  const bool second = ask_another<ScopeOf<TypeParam>>([&] {
    const std::unique_lock late(lock, Clock::now() + 1ms);
    return late.owns_lock();
  });
  EXPECT_FALSE(second);
}

TYPED_TEST(AnyLockTest, ServesStdConditionVariableAny) {
  constexpr int kTurns = 100;
  TypeParam lock;
  std::condition_variable_any changed;
  int turn = 0;
  const auto play = [&](int me) {
    for (int i = 0; i < kTurns; ++i) {
      std::unique_lock hold(lock);
      changed.wait(hold, [&] { return turn % 2 == me; });
      ++turn;
      changed.notify_one();
    }
  };
  std::thread other(play, 1);
  play(0);
  other.join();
  EXPECT_EQ(turn, 2 * kTurns);
}

template <typename S>
class LockTest : public Watchdog {};
TYPED_TEST_SUITE(LockTest, BothScopes);

TYPED_TEST(LockTest, LockedTwiceByOneItReportsWhatWouldWaitForEver) {
  Lock<TypeParam> lock;
  const std::scoped_lock hold(lock);
  EXPECT_EQ(error_of([&] { lock.lock(); }), std::errc::resource_deadlock_would_occur);
  EXPECT_TRUE(lock.owned());
}

TYPED_TEST(LockTest, ItsHolderIsRefusedLikeAnyOther) {
  Lock<TypeParam> lock;
  const std::scoped_lock hold(lock);
  EXPECT_FALSE(lock.try_lock());
  const auto start = Clock::now();
  EXPECT_FALSE(lock.try_lock_for(20ms));
  EXPECT_GE(Clock::now() - start, 20ms);
}

template <typename S>
class RLockTest : public Watchdog {};
TYPED_TEST_SUITE(RLockTest, BothScopes);

TYPED_TEST(RLockTest, HeldThriceItTakesThreeUnlocks) {
  RLock<TypeParam> lock;
  const auto free = [&] {
    return ask_another<TypeParam>([&] { return std::unique_lock(lock, 0ms).owns_lock(); });
  };
  lock.lock();
  EXPECT_TRUE(lock.try_lock());
  EXPECT_TRUE(lock.try_lock_for(1ms));
  lock.unlock();
  EXPECT_FALSE(free());
  lock.unlock();
  EXPECT_FALSE(free());
  lock.unlock();
  EXPECT_TRUE(free());
  EXPECT_EQ(error_of([&] { lock.unlock(); }), std::errc::operation_not_permitted);
}

TYPED_TEST(RLockTest, HowOftenOneHeldItIsOfNoAccountToTheNext) {
  RLock<TypeParam> lock;
  for (int depth : {3, 1, 2}) {
    const auto left_over = ask_another<TypeParam>([&] {
      for (int i = 0; i < depth; ++i) lock.lock();
      for (int i = 0; i < depth; ++i) lock.unlock();
      return lock.owned();
    });
    EXPECT_FALSE(left_over);
    EXPECT_FALSE(lock.locked());
  }
}

}  // namespace
}  // namespace gilfree::testing
