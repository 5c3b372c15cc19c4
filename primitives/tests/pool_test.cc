#include "primitives/pool.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <exception>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/pipe.h"
#include "primitives/queue.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

// Arrives, unless it is broken.
struct Fragile {
  static constexpr int kBroken = -1;
  int number = 0;
  Fragile(int of = 0) : number(of) {}
  Fragile(const Fragile& from) : number(from.number) {}
  Fragile& operator=(const Fragile&) = default;
};

}  // namespace
}  // namespace gilfree::testing

template <>
struct gilfree::Codec<gilfree::testing::Fragile> {
  using Fragile = gilfree::testing::Fragile;
  static std::size_t size(const Fragile&) { return sizeof(int); }
  static void write(const Fragile& item, std::byte* bytes) {
    std::memcpy(bytes, &item.number, sizeof(int));
  }
  static Fragile read(const std::byte* bytes, std::size_t) {
    Fragile item;
    std::memcpy(&item.number, bytes, sizeof(int));
    if (item.number == Fragile::kBroken) throw std::runtime_error("broken on the way");
    return item;
  }
};

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

template <typename S>
class PoolTest : public Watchdog {};
TYPED_TEST_SUITE(PoolTest, BothScopes);

int square(int x) { return x * x; }
int subtract(int left, int right) { return left - right; }
std::string repeat(const std::string& text, int times) {
  std::string all;
  while (times-- > 0) all += text;
  return all;
}

std::vector<int> first_numbers(int count) {
  std::vector<int> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

std::vector<int> squares(int count) {
  auto numbers = first_numbers(count);
  for (int& number : numbers) number *= number;
  return numbers;
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
  EXPECT_TRUE(pool.apply_async([] {}).get_for(1h));
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

TYPED_TEST(PoolTest, AnExceptionArrivesWithItsTypeAndText) {
  Pool<TypeParam> pool(2);
  auto failed =
      pool.apply_async([](int x) -> int { throw std::out_of_range("no " + std::to_string(x)); }, 3);
  failed.wait();
  EXPECT_FALSE(failed.successful());
  try {
    failed.get();
    FAIL() << "nothing thrown";
  } catch (const RemoteError& error) {
    EXPECT_EQ(error.type(), "std::out_of_range");
    EXPECT_EQ(error.text(), "no 3");
    EXPECT_STREQ(error.what(), "std::out_of_range: no 3");
  }
  EXPECT_THROW(pool.apply([] { throw 7; }), RemoteError);
  EXPECT_EQ(pool.apply(square, 2), 4) << "the worker goes on";
}

TYPED_TEST(PoolTest, AMapThrowsWhatAnInputBecameAndImapGoesOnBehindIt) {
  Pool<TypeParam> pool(2);
  const auto odd_only = [](int x) {
    if (x % 2 == 0) throw std::invalid_argument(std::to_string(x));
    return x;
  };
  EXPECT_THROW(pool.map(odd_only, first_numbers(10)), RemoteError);
  auto results = pool.imap(odd_only, first_numbers(6), 4);
  for (int x = 0; x < 6; ++x) {
    if (x % 2 == 0) {
      EXPECT_THROW(results.next(), RemoteError);
    } else {
      EXPECT_EQ(results.next(), x);
    }
  }
  EXPECT_EQ(results.next(), std::nullopt);
}

TYPED_TEST(PoolTest, EachWorkerIsInitialisedBeforeItWorks) {
  static thread_local int prepared = 0;
  Pool<TypeParam> pool(2, {.initializer = [] { prepared = 42; }});
  for (const int seen : pool.map([](int) { return prepared; }, first_numbers(50), 1)) {
    EXPECT_EQ(seen, 42);
  }
}

TYPED_TEST(PoolTest, WhatTheInitializerThrowsIsWhatEveryCallBecomes) {
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

TYPED_TEST(PoolTest, AClosedPoolTakesNoCallsAndFinishesThoseItHas) {
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

TYPED_TEST(PoolTest, ATerminatedPoolAnswersEveryWaiter) {
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

TYPED_TEST(PoolTest, AResultOutlivesItsPool) {
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

TYPED_TEST(PoolTest, AWaitingCallMayBeCancelledAndOneThatHasBegunMayNot) {
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

class ProcessPoolTest : public Watchdog {};

TEST_F(ProcessPoolTest, AnArgumentThatCannotBeReadFailsItsOwnCallAlone) {
  Pool<Processes> pool(1);
  const std::vector<std::pair<Fragile, std::string>> rows{
      {{1}, "one"}, {{Fragile::kBroken}, "two"}, {{3}, "three"}};
  auto results = pool.imap(
      [](const auto& row) { return std::to_string(row.first.number) + row.second; }, rows, 3);
  EXPECT_EQ(results.next(), "1one");
  EXPECT_THROW(results.next(), RemoteError);
  EXPECT_EQ(results.next(), "3three");
  EXPECT_THROW(pool.apply([](const Fragile&) {}, Fragile{Fragile::kBroken}), RemoteError);
}

TEST_F(ProcessPoolTest, AResultThatCannotBeReadFailsItsOwnCallAlone) {
  Pool<Processes> pool(1);
  auto results =
      pool.imap([](int x) { return Fragile{x}; }, std::vector<int>{1, Fragile::kBroken, 3}, 3);
  EXPECT_EQ(results.next()->number, 1);
  EXPECT_THROW(results.next(), std::runtime_error);
  EXPECT_EQ(results.next()->number, 3);
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

TEST(ThreadPoolTest, TheExceptionItselfIsNestedInTheRemoteError) {
  Pool<Threads> pool(1);
  try {
    pool.apply([] { throw std::out_of_range("far"); });
    FAIL() << "nothing thrown";
  } catch (const RemoteError& error) {
    EXPECT_THROW(std::rethrow_if_nested(error), std::out_of_range);
  }
}

}  // namespace
}  // namespace gilfree::testing
