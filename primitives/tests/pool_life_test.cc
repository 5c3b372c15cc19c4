// Pool: how it begins and ends, and what becomes of the calls that it has not run by then.
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <vector>

#include "gilfree/pool.h"
#include "gilfree/queue.h"
#include "primitives/tests/support/pool_calls.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

template <typename S>
class PoolLifeTest : public Watchdog {};
TYPED_TEST_SUITE(PoolLifeTest, BothScopes);

TYPED_TEST(PoolLifeTest, EachWorkerIsInitialisedBeforeItWorks) {
  static thread_local int prepared = 0;
  Pool<TypeParam> pool(2, {.initializer = [] { prepared = 42; }});
  for (const int seen : pool.map([](int) { return prepared; }, first_numbers(50), 1)) {
    EXPECT_EQ(seen, 42);
  }
}

TYPED_TEST(PoolLifeTest, WhatTheInitializerThrowsIsWhatEveryCallBecomes) {
  Pool<TypeParam> pool(2, {.initializer = [] { throw std::runtime_error("no database"); }});
  try {
    pool.apply(square, 1);
    FAIL() << "nothing thrown";
  } catch (const RemoteError& error) {
    EXPECT_EQ(error.text(), "no database");
  }
  pool.close();
  pool.join();
}

TYPED_TEST(PoolLifeTest, AClosedPoolTakesNoCallsAndFinishesThoseItHas) {
  Pool<TypeParam> pool(2);
  EXPECT_THROW(pool.join(), std::logic_error);
  std::vector<AsyncResult<int, TypeParam>> results;
  for (int i = 0; i < 100; ++i) results.push_back(pool.apply_async(square, i));
  pool.close();
  EXPECT_THROW(pool.apply(square, 1), Closed);
  EXPECT_THROW(pool.map(square, first_numbers(3)), Closed);
  pool.join();
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(results[i].ready());
    EXPECT_EQ(results[i].get(), i * i);
  }
  pool.close();
  pool.join();
}

TYPED_TEST(PoolLifeTest, ATerminatedPoolAnswersEveryWaiter) {
  Queue<int, TypeParam> gate(1);
  Pool<TypeParam> pool(1);
  auto begun = pool.apply_async([&gate] { return gate.get(); });
  auto waits = pool.apply_async(square, 2);
  EXPECT_FALSE(waits.wait_for(1ms));
  gate.put(1);  // between threads, what has begun is waited for
  pool.terminate();
  EXPECT_TRUE(begun.ready());
  EXPECT_TRUE(waits.ready());
  EXPECT_THROW(pool.apply(square, 1), Closed);
  pool.join();
}

TYPED_TEST(PoolLifeTest, AResultOutlivesItsPool) {
  std::optional<AsyncResult<int, TypeParam>> done, never;
  Queue<int, TypeParam> gate(1);
  {
    Pool<TypeParam> pool(1);
    done = pool.apply_async(square, 3);
    done->wait();
    (void)pool.apply_async([&gate] { (void)gate.get(); });
    never = pool.apply_async(square, 4);
    if (!TypeParam::kAcrossProcesses) gate.put(1);
    pool.close();
    if (!TypeParam::kAcrossProcesses) pool.join();
  }
  EXPECT_EQ(done->get(), 9);
  if (TypeParam::kAcrossProcesses) {
    EXPECT_THROW(never->get(), Closed);
  } else {
    EXPECT_EQ(never->get(), 16);
  }
}

TYPED_TEST(PoolLifeTest, AWaitingCallMayBeCancelledAndOneThatHasBegunMayNot) {
  Queue<int, TypeParam> begun(1), gate(1);
  Pool<TypeParam> pool(1);
  auto first = pool.apply_async([&] {
    begun.put(1);
    return gate.get();
  });
  auto second = pool.apply_async([&begun] { begun.put(2); });
  auto third = pool.map_async(square, first_numbers(4), 2);
  auto last = pool.apply_async(square, 5);
  EXPECT_EQ(begun.get(), 1);
  EXPECT_FALSE(first.cancel());
  EXPECT_TRUE(second.cancel());
  EXPECT_TRUE(third.cancel());
  EXPECT_FALSE(second.cancel()) << "twice";
  EXPECT_THROW(second.get(), Cancelled);
  EXPECT_THROW(third.get(), Cancelled);
  gate.put(8);
  EXPECT_EQ(first.get(), 8);
  EXPECT_EQ(last.get(), 25);
  EXPECT_FALSE(last.cancel());
  EXPECT_EQ(begun.try_get(), std::nullopt) << "the cancelled one was run";
}

TYPED_TEST(PoolLifeTest, CallsThatAreCancelledOneAfterAnotherAreAllNotRun) {
  Queue<int, TypeParam> begun(4), gate(1);
  Pool<TypeParam> pool(1);
  auto first = pool.apply_async([&] {
    begun.put(0);
    return gate.get();
  });
  EXPECT_EQ(begun.get(), 0);
  for (int i = 1; i <= 3; ++i) {  // each takes the place of the one before
    EXPECT_TRUE(pool.apply_async([&begun, i] { begun.put(i); }).cancel());
  }
  gate.put(8);
  EXPECT_EQ(first.get(), 8);
  pool.close();
  pool.join();
  EXPECT_EQ(begun.try_get(), std::nullopt) << "a cancelled one was run";
}

}  // namespace
}  // namespace gilfree::testing
