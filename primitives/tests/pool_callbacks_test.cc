// Pool: callbacks of apply_async, map_async and starmap_async.
#include <gtest/gtest.h>
#include <pthread.h>
#include <time.h>

#include <chrono>
#include <exception>
#include <latch>
#include <memory>
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
int leave(int) { ::pthread_exit(nullptr); }

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

// Each way in which a call is prevented, and what it becomes. The callback lets the task before it end, for which
// terminate() waits between threads.
TYPED_TEST(PoolCallbacksTest, ACallThatIsPreventedCallsBackOnceWithTheReason) {
  enum class Way { kCancel, kTerminate, kDestroy };
  for (const Way way : {Way::kCancel, Way::kTerminate, Way::kDestroy}) {
    Queue<int, TypeParam> gate(2), begun(1);
    auto pool = std::make_unique<Pool<TypeParam>>(1);
    (void)pool->apply_async([&] { begun.put(1), (void)gate.get(); });
    EXPECT_EQ(begun.get(), 1);
    std::vector<std::string> called;
    const auto note = [&](const std::exception_ptr& error) {
      try {
        std::rethrow_exception(error);
      } catch (const Cancelled&) {
        called.push_back("cancelled");
      } catch (const Closed&) {
        called.push_back("closed");
      }
      gate.put(1);
    };
    const auto never = [&](auto&&) { called.push_back("result"); };
    auto one = pool->apply_async({.callback = never, .error_callback = note}, square, 2);
    auto all = pool->map_async({.callback = never, .error_callback = note}, square,
                               std::vector<int>{1, 2, 3}, 1);
    if (way == Way::kCancel) {
      EXPECT_TRUE(all.cancel());
      EXPECT_TRUE(one.cancel());
      one.wait(), all.wait();
    }
    if (way == Way::kTerminate) pool->terminate();
    if (way == Way::kDestroy) pool.reset();
    EXPECT_EQ(called, std::vector<std::string>(2, way == Way::kCancel ? "cancelled" : "closed"));
    EXPECT_THROW(one.get(), std::exception);
    EXPECT_THROW(all.get(), std::exception);
  }
}

// Both ways to end a thread: at once, and at the next cancellation point.
void end_this_thread() { ::pthread_exit(nullptr); }
void cancel_this_thread() {
  ::pthread_cancel(::pthread_self());
  ::pthread_testcancel();
}
void (*const kEndings[])() = {end_this_thread, cancel_this_thread};

TYPED_TEST(PoolCallbacksTest, ACallbackThatEndsItsThreadEndsThatAlone) {
  for (const auto end : kEndings) {
    Pool<TypeParam> pool(1);
    for (int i = 0; i < 5; ++i) {
      int seen = -1;
      auto ends = pool.apply_async({.callback = [&](int) { end(); }}, square, i);
      auto next = pool.apply_async({.callback = [&](int given) { seen = given; }}, square, i);
      EXPECT_EQ(ends.get(), i * i);
      EXPECT_EQ(next.get(), i * i);
      EXPECT_EQ(seen, i * i);
    }
    pool.close();
    pool.join();
  }
}

TYPED_TEST(PoolCallbacksTest, AnErrorCallbackThatEndsItsThreadEndsThatAlone) {
  for (const auto end : kEndings) {
    for (const auto function : {refuse, leave}) {
      Pool<TypeParam> pool(1);
      for (int i = 0; i < 5; ++i) {
        auto ends = pool.apply_async({.error_callback = [&](auto) { end(); }}, function, i);
        EXPECT_THROW(ends.get(), std::exception);
      }
      EXPECT_EQ(pool.apply_async({.callback = [](int) {}}, square, 2).get(), 4);
    }
  }
}

TYPED_TEST(PoolCallbacksTest, ACallbackMayEndItsPoolAndThenItsThread) {
  for (const auto end : kEndings) {
    auto pool = std::make_unique<Pool<TypeParam>>(1);
    std::latch both_called(1);
    const auto end_both = [&](int) {
      both_called.wait();
      pool->terminate();
      end();
    };
    auto ends = pool->apply_async({.callback = end_both}, square, 2);
    auto next = pool->apply_async({.callback = [](int) {}}, square, 3);
    both_called.count_down();
    EXPECT_EQ(ends.get(), 4);
    next.wait();
    pool.reset();
  }
}

TYPED_TEST(PoolCallbacksTest, WhereTheInitializerFailsEachErrorCallbackMayEndItsThread) {
  Queue<int, TypeParam> gate(1);
  Pool<TypeParam> pool(1, {.initializer = [&] {
                         (void)gate.get();
                         throw std::runtime_error("no disk");
                       }});
  std::vector<AsyncResult<int, TypeParam>> results;
  for (int i = 0; i < 3; ++i) {
    results.push_back(
        pool.apply_async({.error_callback = [](auto) { end_this_thread(); }}, square, i));
  }
  gate.put(1);
  for (auto& result : results) EXPECT_THROW(result.get(), RemoteError);
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
