// Pool: where the inputs come from. Ranges that throw, that compute, that wait for results of their own;
// how far ahead of the results they are read; and what becomes of them when the pool is closed.
#include <gtest/gtest.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <iterator>
#include <list>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gilfree/detail/identity/thread_state.h"
#include "gilfree/event.h"
#include "gilfree/pool.h"
#include "gilfree/queue.h"
#include "gilfree/semaphore.h"
#include "primitives/tests/support/pool_calls.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

template <typename S>
class PoolSourcesTest : public Watchdog {};
TYPED_TEST_SUITE(PoolSourcesTest, BothScopes);

// 0, 1, 2 ... and an exception in place of `broken`.
auto numbers_until(int broken, int end) {
  return std::views::iota(0, end) | std::views::transform([=](int x) {
           if (x == broken) throw std::out_of_range("no row " + std::to_string(x));
           return x;
         });
}

TYPED_TEST(PoolSourcesTest, WhatARangeThrowsComesToTheCallerOfMapAndThePoolIsWhole) {
  Pool<TypeParam> pool(2);
  EXPECT_THROW(pool.map(square, numbers_until(3, 6)), std::out_of_range);
  EXPECT_THROW(pool.map_async(square, numbers_until(3, 6)), std::out_of_range);
  EXPECT_EQ(pool.map(square, first_numbers(50)), squares(50));
}

// A range whose elements exist is read by the workers, and may throw all the same.
TYPED_TEST(PoolSourcesTest, AReferenceThatThrowsFailsTheMap) {
  Pool<TypeParam> pool(2);
  auto numbers = first_numbers(6);
  auto checked = numbers | std::views::transform([](int& x) -> int& {
                   if (x == 3) throw std::out_of_range("no row 3");
                   return x;
                 });
  EXPECT_THROW(pool.map(square, checked, 1), std::out_of_range);
  EXPECT_EQ(pool.map(square, first_numbers(50)), squares(50));
}

TYPED_TEST(PoolSourcesTest, ARangeThatThrowsEndsImapBehindTheResultsBefore) {
  for (const int chunk : {1, 4}) {
    Pool<TypeParam> pool(2);
    auto source = numbers_until(1500, 3000);
    auto results = pool.imap(square, source, chunk);
    for (int i = 0; i < 1500; ++i) ASSERT_EQ(results.next(), i * i);
    EXPECT_THROW(results.next(), std::out_of_range);
    EXPECT_EQ(results.next(), std::nullopt) << "reported twice";
    EXPECT_EQ(pool.apply(square, 3), 9);
  }
}

TYPED_TEST(PoolSourcesTest, EachElementIsComputedOnce) {
  Pool<TypeParam> pool(2);
  int calls = 0;
  auto longer = std::views::iota(0, 9) |
                std::views::transform([&](int) { return std::string(++calls, 'x'); });
  const auto length = [](const std::string& text) { return static_cast<int>(text.size()); };
  const std::vector<int> lengths{1, 2, 3, 4, 5, 6, 7, 8, 9};
  EXPECT_EQ(pool.map(length, longer, 4), lengths);
  EXPECT_EQ(calls, 9);
  calls = 0;
  std::vector<int> seen;
  for (const int result : pool.imap(length, longer, 4)) seen.push_back(result);
  EXPECT_EQ(seen, lengths);
  std::deque<std::string> kept{"a", "bb", "ccc"};
  calls = 0;
  auto counted = kept | std::views::transform([&](std::string& text) -> std::string& {
                   ++calls;
                   return text;
                 });
  if (TypeParam::kAcrossProcesses) {
    EXPECT_EQ(pool.map(length, counted), (std::vector<int>{1, 2, 3}));
    EXPECT_EQ(calls, 3);
  }
}

TYPED_TEST(PoolSourcesTest, TakesListsOfAnythingAndVectorsOfBool) {
  Pool<TypeParam> pool(2);
  const std::list<int> list{1, 2, 3};
  const std::vector<bool> flags{true, false, true};
  const auto invert = [](bool flag) { return !flag; };
  EXPECT_EQ(pool.map(square, list), (std::vector<int>{1, 4, 9}));
  EXPECT_EQ(pool.map(invert, flags), (std::vector<bool>{false, true, false}));
  std::vector<bool> seen;
  for (const bool each : pool.imap(invert, flags, 2)) seen.push_back(each);
  EXPECT_EQ(seen, (std::vector<bool>{false, true, false}));
}

TYPED_TEST(PoolSourcesTest, AClosedPoolGivesAllResultsOfImap) {
  for (const bool computed : {false, true}) {
    const auto inputs = first_numbers(2000);
    Pool<TypeParam> pool(2);
    auto results = computed ? pool.imap(square, inputs | std::views::transform(std::identity()))
                            : pool.imap(square, std::list<int>(inputs.begin(), inputs.end()));
    pool.close();
    EXPECT_THROW(pool.imap(square, inputs), Closed);
    for (int i = 0; i < 2000; ++i) ASSERT_EQ(results.next(), i * i);
    EXPECT_EQ(results.next(), std::nullopt);
    pool.join();
  }
}

TYPED_TEST(PoolSourcesTest, JoinHasAllInputsRunAlsoIfNoResultWasTaken) {
  for (const bool computed : {false, true}) {
    const auto inputs = first_numbers(3000);
    Pool<TypeParam> pool(2);
    auto results = computed ? pool.imap_unordered(square, std::views::iota(0, 3000))
                            : pool.imap_unordered(square, inputs);
    pool.close();
    pool.join();
    std::int64_t sum = 0;
    while (const auto result = results.next()) sum += *result;
    EXPECT_EQ(sum, 8995500500);
  }
}

TYPED_TEST(PoolSourcesTest, ResultsThatAreNotWantedDoNotKeepAClosedPoolFromItsEnd) {
  const auto inputs = first_numbers(3000);
  Pool<TypeParam> pool(2);
  {
    auto existing = pool.imap(square, inputs);
    auto computed = pool.imap(square, std::views::iota(0, 3000));
    EXPECT_EQ(existing.next(), 0);
    pool.close();
  }
  pool.join();
}

TYPED_TEST(PoolSourcesTest, ATerminatedPoolThrowsOnceAndEndsTheResults) {
  Pool<TypeParam> pool(1);
  auto results = pool.imap([](int x) { return x; }, std::views::iota(0));  // without end
  EXPECT_EQ(results.next(), 0);
  pool.terminate();
  int given = 0, closed = 0;
  while (true) {
    try {
      if (!results.next()) break;
      ++given;
    } catch (const Closed&) {
      ++closed;
    }
  }
  EXPECT_GT(closed, 0);
  pool.join();
}

TYPED_TEST(PoolSourcesTest, ARangeMayWaitForResultsOfItsOwn) {
  Queue<int, Threads> todo(10);
  todo.put(1);
  auto source = std::views::iota(0, 50) | std::views::transform([&](int) { return todo.get(); });
  Pool<TypeParam> pool(2);
  int last = 0;
  for (const int result : pool.imap([](int x) { return x + 1; }, source)) {
    todo.put(last = result);
  }
  EXPECT_EQ(last, 51);
}

TYPED_TEST(PoolSourcesTest, InputsAreReadAheadByABoundedNumberAndWeight) {
  Pool<TypeParam> pool(2);
  std::atomic<int> taken = 0;
  auto heavy = std::views::iota(0, 100) | std::views::transform([&](int) {
                 ++taken;
                 return std::string(std::size_t{1} << 20, 'x');
               });
  auto light = std::views::iota(0, 100'000) | std::views::transform([&](int x) {
                 ++taken;
                 return x;
               });
  const auto size = [](const std::string& text) { return text.size(); };
  {
    auto results = pool.imap(size, heavy);
    for (int i = 0; i < 20; ++i) (void)results.next();
    EXPECT_LE(taken, 20 + 10);
  }
  taken = 0;
  auto results = pool.imap(square, light);
  for (int i = 0; i < 20; ++i) (void)results.next();
  EXPECT_LE(taken, 20 + 1024 + 1);
}

TYPED_TEST(PoolSourcesTest, ATimedNextIsTooLateAndThenGivesTheSameResult) {
  Queue<int, TypeParam> gate(2);
  Pool<TypeParam> pool(1);
  for (const bool in_order : {true, false}) {
    const auto wait = [&gate](int x) { return x + gate.get(); };
    const std::vector<int> inputs{10, 20};
    auto results = in_order ? pool.imap(wait, inputs) : pool.imap_unordered(wait, inputs);
    EXPECT_THROW(results.next_for(1ms), TimeoutError);
    EXPECT_THROW(results.next_until(kNow), TimeoutError);
    EXPECT_THROW(results.next_for(-1ms), std::invalid_argument);
    gate.put(1);
    EXPECT_EQ(results.next_for(1h), 11);
    gate.put(2);
    EXPECT_EQ(results.next_for(std::chrono::hours::max()), 22);
    EXPECT_EQ(results.next_for(0ms), std::nullopt);
  }
}

// Another thread makes calls until the pool takes no more; between threads it takes them all. Then more of the inputs are
// to be sent.
TYPED_TEST(PoolSourcesTest, ATimedNextIsInTimeWhereThePoolHasNoRoomForMoreInputs) {
  constexpr int kMoreThanItTakes = 20'000;
  Semaphore<TypeParam> gate(1);
  Pool<TypeParam> pool(1);
  const auto wait = [&gate](int x) { return gate.acquire(), x; };
  const std::vector<int> inputs = first_numbers(100);
  auto results = pool.imap(wait, inputs);
  EXPECT_EQ(results.next(), 0);
  std::vector<AsyncResult<int, TypeParam>> others;
  std::atomic<pid_t> id{0};
  std::atomic<bool> has_made_all{false};
  std::thread caller([&] {
    id = ::gettid();
    for (int i = 0; i < kMoreThanItTakes; ++i) others.push_back(pool.apply_async(wait, i));
    has_made_all = true;
  });
  while (!has_made_all && (id == 0 || detail::observe(id) != detail::Seen::kWaiting)) {
    std::this_thread::yield();
  }
  EXPECT_THROW(results.next_for(20ms), TimeoutError);
  EXPECT_THROW(results.next_until(kNow), TimeoutError);
  gate.release();
  EXPECT_EQ(results.next(), 1);
  gate.release(kMoreThanItTakes + 100);
  for (int expected = 2; expected < 100; ++expected) EXPECT_EQ(results.next_for(1h), expected);
  EXPECT_EQ(results.next(), std::nullopt);
  caller.join();
  for (auto& each : others) (void)each.get();
}

TYPED_TEST(PoolSourcesTest, ARangeThatIsLateMakesATimedNextLate) {
  Queue<int, Threads> numbers(1);
  Pool<TypeParam> pool(1);
  auto source = std::views::iota(0, 1) | std::views::transform([&](int) { return numbers.get(); });
  auto results = pool.imap(square, source);
  EXPECT_THROW(results.next_for(1ms), TimeoutError);
  numbers.put(3);
  EXPECT_EQ(results.next(), 9);
}

TYPED_TEST(PoolSourcesTest, ResultsThatWereMovedFromSaySo) {
  Pool<TypeParam> pool(1);
  auto results = pool.imap(square, first_numbers(2));
  auto others = std::move(results);
  EXPECT_THROW(results.next(), std::logic_error);  // NOLINT: asked on purpose
  EXPECT_EQ(others.next(), 0);
  EXPECT_EQ(others.next(), 1);
}

}  // namespace
}  // namespace gilfree::testing
