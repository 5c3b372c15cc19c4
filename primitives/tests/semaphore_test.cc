// Semaphore and BoundedSemaphore: what both promise, in both scopes; then where their bounds are.
#include "gilfree/semaphore.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <type_traits>

#include "gilfree/event.h"
#include "primitives/tests/support/another.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/lockable.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

template <typename Subject>
class AnySemaphoreTest : public Watchdog {};
using AnySemaphores = ::testing::Types<Semaphore<Threads>, Semaphore<Processes>,
                                       BoundedSemaphore<Threads>, BoundedSemaphore<Processes>>;
TYPED_TEST_SUITE(AnySemaphoreTest, AnySemaphores);

TYPED_TEST(AnySemaphoreTest, CountsWhatIsTakenAndGivenBack) {
  static_assert(StaysWhereItIs<TypeParam>);
  TypeParam semaphore(3);
  EXPECT_EQ(semaphore.value(), 3);
  semaphore.acquire();
  EXPECT_TRUE(semaphore.try_acquire());
  EXPECT_EQ(semaphore.value(), 1);
  EXPECT_TRUE(semaphore.try_acquire_for(0ms));
  EXPECT_EQ(semaphore.value(), 0);
  EXPECT_FALSE(semaphore.try_acquire());
  semaphore.release();
  EXPECT_EQ(semaphore.value(), 1);
  semaphore.release(2);
  EXPECT_EQ(semaphore.value(), 3);
}

TYPED_TEST(AnySemaphoreTest, HasOnePermitUnlessGivenAnotherNumber) {
  TypeParam semaphore;
  EXPECT_TRUE(semaphore.try_acquire());
  EXPECT_FALSE(semaphore.try_acquire());
}

TYPED_TEST(AnySemaphoreTest, WhatOneTakesNoOtherHas) {
  using S = ScopeOf<TypeParam>;
  TypeParam semaphore(2);
  semaphore.acquire();
  EXPECT_EQ(ask_another<S>([&] { return semaphore.value(); }), 1);
  EXPECT_TRUE(ask_another<S>([&] {
    const Permit last(semaphore);
    return semaphore.value() == 0 && !semaphore.try_acquire();
  }));
  EXPECT_EQ(semaphore.value(), 1);
}

TYPED_TEST(AnySemaphoreTest, AnyThreadMayReleaseWhatAnotherAcquired) {
  TypeParam semaphore(2);
  semaphore.acquire();
  semaphore.acquire();
  (void)ask_another<ScopeOf<TypeParam>>([&] {
    semaphore.release();
    return 0;
  });
  EXPECT_EQ(semaphore.value(), 1);
  EXPECT_TRUE(semaphore.try_acquire());
}

TYPED_TEST(AnySemaphoreTest, PatienceIsKeptAtLeastAsLongAsPromised) {
  TypeParam semaphore(0);
  auto start = Clock::now();
  EXPECT_FALSE(semaphore.try_acquire_for(30ms));
  EXPECT_GE(Clock::now() - start, 30ms);
  start = Clock::now();
  EXPECT_FALSE(semaphore.try_acquire_until(start + 30ms));
  EXPECT_GE(Clock::now() - start, 30ms);
  EXPECT_FALSE(semaphore.try_acquire_until(start));
  EXPECT_FALSE(semaphore.try_acquire_until(std::chrono::system_clock::now() + 1ms));
}

TYPED_TEST(AnySemaphoreTest, EachReleasedPermitLetsInOneSleeper) {
  using S = ScopeOf<TypeParam>;
  constexpr int kWorkers = 4;
  TypeParam semaphore(kWorkers);
  for (int i = 0; i < kWorkers; ++i) semaphore.acquire();
  SleepWatch<S> watch(kWorkers);
  Ledger<S> inside(1);
  Event<S> enough;
  Crew<S> crew;
  crew.start(kWorkers, [&](int me) {
    watch.will_sleep(me);
    semaphore.acquire();
    inside[0]++;
    enough.wait();  // a process that ends gives its permits back
  });
  watch.await_all();
  for (int given : {1, 2, 1}) {
    const auto before = inside[0].load();
    semaphore.release(given);
    while (inside[0] < before + given) std::this_thread::yield();
  }
  EXPECT_EQ(inside[0], kWorkers);
  EXPECT_FALSE(semaphore.try_acquire());
  enough.set();
  crew.join();
}

TYPED_TEST(AnySemaphoreTest, APermitIsGivenBackAlsoByAnException) {
  TypeParam semaphore(1);
  try {
    const Permit permit(semaphore);
    EXPECT_EQ(semaphore.value(), 0);
    throw std::runtime_error("in the middle");
  } catch (const std::runtime_error&) {
  }
  EXPECT_EQ(semaphore.value(), 1);
}

TYPED_TEST(AnySemaphoreTest, NumbersThatMakeNoSenseAreRefused) {
  EXPECT_THROW(TypeParam(-1), std::invalid_argument);
  EXPECT_THROW(TypeParam(std::int64_t{1} << 31), std::invalid_argument);
  EXPECT_THROW(TypeParam(INT64_MAX), std::invalid_argument);
  TypeParam semaphore(1);
  semaphore.acquire();
  EXPECT_THROW(semaphore.release(0), std::invalid_argument);
  EXPECT_THROW(semaphore.release(-1), std::invalid_argument);
  EXPECT_THROW(semaphore.release(INT64_MIN), std::invalid_argument);
  EXPECT_EQ(semaphore.value(), 0);
}

TYPED_TEST(AnySemaphoreTest, AThreadThatEndsWhileItsProcessLivesTakesNoPermitWithIt) {
  TypeParam semaphore(2);
  std::thread([&] { semaphore.acquire(); }).join();
  EXPECT_EQ(semaphore.value(), 1);
  EXPECT_TRUE(semaphore.try_acquire());
  EXPECT_FALSE(semaphore.try_acquire_for(1ms));
}

// Watched by another, which would see permits that a refused release gives and takes back.
template <typename TypeParam>
int most_seen_during_refused_releases(TypeParam& semaphore, std::int64_t permits) {
  using S = ScopeOf<TypeParam>;
  Ledger<S> most(1), over(1);
  Crew<S> watcher;
  watcher.start(1, [&](int) {
    while (over[0] == 0) most[0] = std::max<std::int64_t>(most[0], semaphore.value());
  });
  while (most[0] == 0) std::this_thread::yield();
  for (int i = 0; i < 20'000; ++i) EXPECT_ANY_THROW(semaphore.release(permits));
  over[0] = 1;
  watcher.join();
  return static_cast<int>(most[0]);
}

TYPED_TEST(AnySemaphoreTest, ARefusedReleaseMakesNoPermitsAlsoNotForAMoment) {
  TypeParam semaphore(4);
  semaphore.acquire();
  semaphore.acquire();
  const bool is_bounded = std::is_same_v<TypeParam, BoundedSemaphore<ScopeOf<TypeParam>>>;
  EXPECT_EQ(most_seen_during_refused_releases(semaphore, is_bounded ? 3 : 0x7fffffff), 2);
  semaphore.release(2);
  EXPECT_EQ(semaphore.value(), 4);
}

template <typename S>
class SemaphoreTest : public Watchdog {};
TYPED_TEST_SUITE(SemaphoreTest, BothScopes);

TYPED_TEST(SemaphoreTest, MayBeGivenMoreThanItBeganWith) {
  Semaphore<TypeParam> semaphore(0);
  semaphore.release();
  semaphore.release(5);
  EXPECT_EQ(semaphore.value(), 6);
}

TYPED_TEST(SemaphoreTest, CountsUpTo31BitsAndRefusesWhatGoesBeyond) {
  constexpr std::int64_t kMost = 0x7fffffff;
  Semaphore<TypeParam> semaphore(kMost - 1);
  semaphore.release();
  EXPECT_EQ(semaphore.value(), kMost);
  for (const std::int64_t more : {std::int64_t{1}, kMost, kMost + 1, 2 * kMost + 2, INT64_MAX}) {
    EXPECT_THROW(semaphore.release(more), std::overflow_error) << more;
    EXPECT_EQ(semaphore.value(), kMost) << more;
  }
}

template <typename S>
class BoundedSemaphoreTest : public Watchdog {};
TYPED_TEST_SUITE(BoundedSemaphoreTest, BothScopes);

TYPED_TEST(BoundedSemaphoreTest, OneReleaseTooManyIsAnErrorAndGivesNothing) {
  BoundedSemaphore<TypeParam> semaphore(2);
  EXPECT_THROW(semaphore.release(), std::logic_error);
  semaphore.acquire();
  EXPECT_THROW(semaphore.release(2), std::logic_error);
  EXPECT_EQ(semaphore.value(), 1);
  EXPECT_THROW(semaphore.release(INT64_MAX), std::logic_error);
  EXPECT_EQ(semaphore.value(), 1);
  semaphore.release();
  EXPECT_THROW(semaphore.release(), std::logic_error);
  EXPECT_EQ(semaphore.value(), 2);
}

TYPED_TEST(BoundedSemaphoreTest, BoundedByZeroItNeverLetsAnyIn) {
  BoundedSemaphore<TypeParam> semaphore(0);
  EXPECT_FALSE(semaphore.try_acquire());
  EXPECT_FALSE(semaphore.try_acquire_for(1ms));
  EXPECT_THROW(semaphore.release(), std::logic_error);
}

TYPED_TEST(BoundedSemaphoreTest, MayHaveAsManyPermitsAsItSays) {
  constexpr std::int64_t kMost = 1 << 20;
  BoundedSemaphore<TypeParam> semaphore(kMost);
  EXPECT_EQ(semaphore.value(), kMost);
  EXPECT_TRUE(semaphore.try_acquire());
  EXPECT_EQ(semaphore.value(), kMost - 1);
  EXPECT_THROW(BoundedSemaphore<TypeParam>(kMost + 1), std::invalid_argument);
}

}  // namespace
}  // namespace gilfree::testing
