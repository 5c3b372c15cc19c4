// Pool: callbacks of apply_async, map_async and starmap_async.
#include <gtest/gtest.h>
#include <time.h>

#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "gilfree/event.h"
#include "gilfree/pool.h"
#include "gilfree/queue.h"
#include "primitives/tests/support/pool_calls.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

template <typename S>
class PoolCallbacksTest : public Watchdog {};
TYPED_TEST_SUITE(PoolCallbacksTest, BothScopes);

int refuse(int x) { throw std::out_of_range("no row " + std::to_string(x)); }

TYPED_TEST(PoolCallbacksTest, ACallbackIsCalledThoughNoneWaitsForTheResult) {
  Queue<int, Threads> called(1);
  Pool<TypeParam> pool(2);
  (void)pool.apply_async({.callback = [&](int result) { called.put(result); }}, square, 3);
  EXPECT_EQ(called.get(), 9);
  (void)pool.apply_async({.callback = [&] { called.put(4); }}, [] {});
  EXPECT_EQ(called.get(), 4);
}

TYPED_TEST(PoolCallbacksTest, TheResultIsReadyOnceItsCallbackHasReturned) {
  Pool<TypeParam> pool(2);
  for (int i = 0; i < 100; ++i) {
    int seen = -1;
    auto result = pool.apply_async({.callback = [&](int given) { seen = given; }}, square, i);
    EXPECT_EQ(result.get(), i * i);
    EXPECT_EQ(seen, i * i);
  }
}

TYPED_TEST(PoolCallbacksTest, AnErrorGoesToTheOtherCallback) {
  Pool<TypeParam> pool(2);
  int results = 0;
  std::string text;
  const auto note = [&](std::exception_ptr error) {
    try {
      std::rethrow_exception(std::move(error));
    } catch (const RemoteError& what) {
      text = what.text();
    }
  };
  auto failed =
      pool.apply_async({.callback = [&](int) { ++results; }, .error_callback = note}, refuse, 3);
  EXPECT_THROW(failed.get(), RemoteError);
  EXPECT_EQ(text, "no row 3");
  auto all = pool.map_async({.error_callback = note}, refuse, std::vector<int>{7}, 1);
  EXPECT_THROW(all.get(), RemoteError);
  EXPECT_EQ(text, "no row 7");
  EXPECT_EQ(results, 0);
}

TYPED_TEST(PoolCallbacksTest, AMapCallsBackOnceWithAllResults) {
  using Rows = std::vector<std::tuple<int, int>>;
  Pool<TypeParam> pool(2);
  std::vector<std::vector<int>> seen;
  const auto note = [&](const std::vector<int>& results) { seen.push_back(results); };
  pool.map_async({.callback = note}, square, first_numbers(100), 3).wait();
  pool.map_async({.callback = note}, square, std::vector<int>()).wait();
  pool.starmap_async({.callback = note}, subtract, Rows{{5, 3}, {9, 1}}).wait();
  EXPECT_EQ(seen, (std::vector<std::vector<int>>{squares(100), {}, {2, 8}}));
}

TYPED_TEST(PoolCallbacksTest, ACallbackMayUseAndEndItsPool) {
  Queue<int, Threads> called(2);
  Pool<TypeParam> pool(2);
  const auto end = [&](int result) {
    pool.terminate();
    called.put(result);
  };
  const auto again = [&](int result) {
    (void)pool.apply_async({.callback = end}, square, result);
    called.put(result);
  };
  (void)pool.apply_async({.callback = again}, square, 2);
  EXPECT_EQ(called.get() + called.get(), 4 + 16);
}

TYPED_TEST(PoolCallbacksTest, WhatACallbackThrowsIsReportedAndTheResultComes) {
  ::testing::internal::CaptureStderr();
  Pool<TypeParam> pool(1);
  auto result =
      pool.apply_async({.callback = [](int) { throw std::runtime_error("no disk"); }}, square, 3);
  EXPECT_EQ(result.get(), 9);
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(said, "gilfree::Pool: callback: uncaught std::runtime_error: no disk\n");
  EXPECT_EQ(pool.apply(square, 2), 4);
}

TYPED_TEST(PoolCallbacksTest, ATerminatedPoolCallsBackWithTheError) {
  Queue<int, TypeParam> gate(1), begun(1);
  std::optional<bool> closed;
  {
    Pool<TypeParam> pool(1);
    (void)pool.apply_async([&] { begun.put(1), (void)gate.get(); });
    EXPECT_EQ(begun.get(), 1);
    const auto note = [&](const std::exception_ptr& error) {
      try {
        std::rethrow_exception(error);
      } catch (const Closed&) {
        closed = true;
      }
    };
    auto waits = pool.apply_async({.error_callback = note}, square, 2);
    gate.put(1);
    pool.terminate();
    EXPECT_TRUE(waits.successful() || closed.value_or(false));
  }
}

TYPED_TEST(PoolCallbacksTest, ACancelledCallCallsBackToo) {
  Queue<int, TypeParam> gate(1), begun(1);
  Pool<TypeParam> pool(1);
  auto first = pool.apply_async([&] { begun.put(1), (void)gate.get(); });
  EXPECT_EQ(begun.get(), 1);
  Event<Threads> called;
  auto second =
      pool.apply_async({.error_callback = [&](std::exception_ptr) { called.set(); }}, square, 2);
  EXPECT_TRUE(second.cancel());
  called.wait();
  EXPECT_THROW(second.get(), Cancelled);
  gate.put(1);
  first.wait();
}

std::chrono::nanoseconds cpu_time() {
  timespec used;
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

// The thread that calls back waits as any caller does, and nothing comes any more.
TYPED_TEST(PoolCallbacksTest, APoolThatWasClosedAndJoinedUsesNoCpu) {
  Pool<TypeParam> pool(2);
  int called = 0;
  pool.apply_async({.callback = [&](int given) { called = given; }}, square, 3).wait();
  EXPECT_EQ(called, 9);
  pool.close();
  pool.join();
  const auto before = cpu_time();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_LT(cpu_time() - before, std::chrono::milliseconds(100));
}

}  // namespace
}  // namespace gilfree::testing
