// Pool: calls, maps and their results, in both scopes.
#include "gilfree/pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "gilfree/queue.h"
#include "primitives/tests/support/pool_calls.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

template <typename S>
class PoolTest : public Watchdog {};
TYPED_TEST_SUITE(PoolTest, BothScopes);

std::string repeat(const std::string& text, int times) {
  std::string all;
  while (times-- > 0) all += text;
  return all;
}

TYPED_TEST(PoolTest, CallsAFunctionWithArgumentsOfAnySizeAndGivesItsResult) {
  Pool<TypeParam> pool(2);
  EXPECT_EQ(pool.workers(), 2);
  EXPECT_EQ(pool.apply(square, 3), 9);
  EXPECT_EQ(pool.apply(subtract, 7, 2), 5);
  EXPECT_EQ(pool.apply(repeat, "ab", 3), "ababab");
  EXPECT_EQ(pool.apply([] { return 4; }), 4);
  int offset = 5;
  EXPECT_EQ(pool.apply([offset](int x) { return x + offset; }, 1), 6);
  const std::string large(5'000'000, 'x');
  EXPECT_EQ(pool.apply(repeat, large, 2).size(), 2 * large.size());
  pool.apply([] {});
}

TYPED_TEST(PoolTest, AnAsyncResultIsAskedAsOftenAsOneLikes) {
  Queue<int, TypeParam> gate(1);
  Pool<TypeParam> pool(1);
  auto result = pool.apply_async([&gate] { return gate.get(); });
  EXPECT_FALSE(result.ready());
  EXPECT_FALSE(result.wait_for(1ms));
  EXPECT_EQ(result.get_for(1ms), std::nullopt);
  EXPECT_THROW(result.successful(), std::logic_error);
  gate.put(7);
  EXPECT_EQ(result.get(), 7);
  EXPECT_TRUE(result.ready());
  EXPECT_TRUE(result.successful());
  EXPECT_EQ(result.get(), 7);
  EXPECT_EQ(result.get_for(0ms), 7);
  EXPECT_EQ(result.get_until(std::chrono::steady_clock::now()), 7);
  EXPECT_TRUE(pool.apply_async([] {}).get_for(1h));
}

TYPED_TEST(PoolTest, AnAsyncResultThatWasMovedFromSaysSo) {
  Pool<TypeParam> pool(1);
  auto result = pool.apply_async([] { return 7; });
  auto mine = std::move(result);
  EXPECT_THROW((void)result.get(), std::logic_error);
  EXPECT_THROW((void)result.ready(), std::logic_error);
  EXPECT_THROW((void)result.cancel(), std::logic_error);
  EXPECT_EQ(mine.get(), 7);
}

TYPED_TEST(PoolTest, MapGivesResultsInTheOrderOfTheInputs) {
  Pool<TypeParam> pool(3);
  for (const std::size_t chunk : {0, 1, 7, 1000, 5000}) {
    EXPECT_EQ(pool.map(square, first_numbers(1000), chunk), squares(1000)) << chunk;
    EXPECT_EQ(pool.map_async(square, first_numbers(1000), chunk).get(), squares(1000)) << chunk;
  }
  EXPECT_EQ(pool.map(square, {1, 2, 3}), (std::vector<int>{1, 4, 9}));
  EXPECT_TRUE(pool.map(square, std::vector<int>()).empty());
  const std::vector<std::string> words{"a", "bc", ""};
  EXPECT_EQ(pool.map([](const std::string& word) { return word + "!"; }, words),
            (std::vector<std::string>{"a!", "bc!", "!"}));
  pool.map([](int) {}, first_numbers(10));
}

TYPED_TEST(PoolTest, MoreInputsThanMayBeUnderWayAreNoTrouble) {
  Pool<TypeParam> pool(2);
  EXPECT_EQ(pool.map(square, first_numbers(40'000), 1), squares(40'000));
}

TYPED_TEST(PoolTest, StarmapCallsWithTheElementsOfEachInput) {
  Pool<TypeParam> pool(2);
  const std::vector<std::pair<int, int>> pairs{{5, 2}, {1, 1}};
  EXPECT_EQ(pool.starmap(subtract, pairs), (std::vector<int>{3, 0}));
  const std::vector<std::tuple<std::string, int>> rows{{"ab", 2}, {"c", 3}};
  EXPECT_EQ(pool.starmap(repeat, rows), (std::vector<std::string>{"abab", "ccc"}));
  EXPECT_EQ(pool.starmap_async(subtract, pairs, 1).get(), (std::vector<int>{3, 0}));
}

TYPED_TEST(PoolTest, ImapGivesOneResultAfterTheOther) {
  Pool<TypeParam> pool(2);
  for (const std::size_t chunk : {1, 3, 100}) {
    std::vector<int> seen;
    for (const int result : pool.imap(square, first_numbers(3000), chunk)) seen.push_back(result);
    EXPECT_EQ(seen, squares(3000));
    seen.clear();
    for (const int r : pool.imap_unordered(square, first_numbers(3000), chunk)) seen.push_back(r);
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(seen, squares(3000));
  }
  auto results = pool.imap(square, std::vector<int>{2});
  EXPECT_EQ(results.next(), 4);
  EXPECT_EQ(results.next(), std::nullopt);
}

TYPED_TEST(PoolTest, ImapUnorderedDoesNotWaitForTheSlowOne) {
  Queue<int, TypeParam> gate(1);
  Pool<TypeParam> pool(2);
  auto results = pool.imap_unordered([&gate](int x) { return x == 0 ? gate.get() : x; },
                                     std::vector<int>{0, 1, 2, 3});
  EXPECT_EQ(*results.next() + *results.next() + *results.next(), 6);
  gate.put(10);
  EXPECT_EQ(results.next(), 10);
}

TYPED_TEST(PoolTest, ManyThreadsMayUseOnePool) {
  Pool<TypeParam> pool(2);
  std::vector<std::thread> users;
  std::atomic<int> right{0};
  for (int user = 0; user < 4; ++user) {
    users.emplace_back([&, user] {
      for (int i = 0; i < 200; ++i) {
        if (pool.apply(subtract, i, user) == i - user) ++right;
      }
      if (pool.map(square, first_numbers(500), 3) == squares(500)) ++right;
    });
  }
  for (auto& user : users) user.join();
  EXPECT_EQ(right, 4 * 201);
}

TYPED_TEST(PoolTest, MistakesAreReported) {
  EXPECT_THROW(Pool<TypeParam>(0), std::invalid_argument);
  EXPECT_THROW(Pool<TypeParam>(-1), std::invalid_argument);
  Pool<TypeParam> pool(1);
  auto result = pool.apply_async([] { return 1; });
  EXPECT_THROW(result.wait_for(-1ms), std::invalid_argument);
  EXPECT_THROW((void)result.get_for(-1ms), std::invalid_argument);
  EXPECT_EQ(result.get_for(std::chrono::hours::max()), 1);  // too long to count
}

TYPED_TEST(PoolTest, APoolMayBeMoved) {
  std::vector<Pool<TypeParam>> pools;
  pools.emplace_back(1);
  pools.emplace_back(2);
  pools.front() = std::move(pools.back());
  EXPECT_EQ(pools.front().workers(), 2);
  EXPECT_EQ(pools.front().apply(square, 3), 9);
}

TEST(ThreadPoolTest, ArgumentsAndResultsNeedOnlyBeMovable) {
  Pool<Threads> pool(2);
  auto doubled = pool.apply(
      [](std::unique_ptr<int> x) {
        *x *= 2;
        return x;
      },
      std::make_unique<int>(4));
  EXPECT_EQ(*doubled, 8);
  std::vector<int> numbers = first_numbers(100);
  pool.map([](int& x) { x = x * x; }, numbers);  // in place: the inputs are not copied
  EXPECT_EQ(numbers, squares(100));
}

}  // namespace
}  // namespace gilfree::testing
