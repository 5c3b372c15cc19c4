// What a Queue promises beyond what every queue does (any_queue_test.cc).
#include "gilfree/queue.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

template <typename S>
class QueueTest : public Watchdog {};
TYPED_TEST_SUITE(QueueTest, BothScopes);

TYPED_TEST(QueueTest, ItemsLeaveInTheOrderTheyCame) {
  Queue<int, TypeParam> queue(3);
  for (int item : {7, 8, 9}) queue.put(item);

  EXPECT_EQ(queue.get(), 7);
  EXPECT_EQ(queue.get(), 8);
  EXPECT_EQ(queue.get(), 9);
}

TYPED_TEST(QueueTest, HoldsItsCapacityAndNotWhatItsMemoryIsRoundedUpTo) {
  Queue<int, TypeParam> queue(5);
  EXPECT_EQ(queue.capacity(), 5u);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(queue.try_put(i));
  EXPECT_FALSE(queue.try_put(5));
}

TYPED_TEST(QueueTest, APatienceBeyondTheClockMeansForEver) {
  Queue<int, TypeParam> queue(1);
  queue.put(1);
  EXPECT_EQ(queue.try_get_for(std::chrono::nanoseconds::max()), 1);
}

TYPED_TEST(QueueTest, WhatIsBehindAStringOfAnyLengthTravelsWhole) {
  Queue<std::string, TypeParam> queue(4);
  for (const std::size_t length : {0, 1, 7, 8, 9, 4'000, 300'000, 5'000'000, 3, 2'000'000}) {
    const std::string sent(length, static_cast<char>('a' + length % 26));
    queue.put(sent);
    queue.put("behind it");
    EXPECT_EQ(queue.get(), sent);
    EXPECT_EQ(queue.get(), "behind it");
  }
}

// Larger than a piece of detail/base/copy.h, and no multiple of one.
struct Large {
  std::array<int, 30'011> numbers;
};

TYPED_TEST(QueueTest, ItemsOfManyPagesTravelWhole) {
  Queue<Large, TypeParam> queue(2);
  auto sent = std::make_unique<Large>();
  for (int round = 0; round < 5; ++round) {
    std::iota(sent->numbers.begin(), sent->numbers.end(), round);
    queue.put(*sent);
    EXPECT_TRUE(queue.try_put(*sent));
    EXPECT_EQ(std::make_unique<Large>(queue.get())->numbers, sent->numbers);
    const auto second = std::make_unique<std::optional<Large>>(queue.try_get());
    EXPECT_EQ((*second)->numbers, sent->numbers);
  }
}

TYPED_TEST(QueueTest, ABatchKeepsItsOrderAndTakesWhatIsThere) {
  Queue<int, TypeParam> queue(8);
  queue.put_many(std::vector{1, 2, 3});
  EXPECT_EQ(queue.qsize(), 3u);
  EXPECT_EQ(queue.get_many(2), (std::vector{1, 2}));
  EXPECT_EQ(queue.get_many(100), (std::vector{3}));
  EXPECT_EQ(queue.try_get_many(100), std::vector<int>());
  EXPECT_EQ(queue.get_many(0), std::vector<int>());
}

TYPED_TEST(QueueTest, WhatDoesNotFitIsLeftOutOrWaitedFor) {
  Queue<int, TypeParam> queue(3);
  const std::vector<int> many{1, 2, 3, 4, 5, 6, 7};
  EXPECT_EQ(queue.try_put_many(many), 3u);
  EXPECT_EQ(queue.try_put_many(many), 0u);
  Crew<TypeParam> crew;
  crew.start(1, [&](int) { queue.put_many(many); });
  std::vector<int> got;
  while (got.size() < 10) {
    for (const int item : queue.get_many(2)) got.push_back(item);
  }
  crew.join();
  EXPECT_EQ(got, (std::vector{1, 2, 3, 1, 2, 3, 4, 5, 6, 7}));
}

TYPED_TEST(QueueTest, ABatchOfStringsTravelsWhole) {
  Queue<std::string, TypeParam> queue(4);
  const std::vector<std::string> sent{"", std::string(100'000, 'x'), "y"};
  queue.put_many(sent);
  EXPECT_EQ(queue.get_many(4), sent);
}

TYPED_TEST(QueueTest, ABatchMayBeAList) {
  Queue<int, TypeParam> queue(4);
  queue.put_many({1, 2, 3});
  EXPECT_EQ(queue.get_many(4), (std::vector{1, 2, 3}));
}

// A view of memory does not travel to another process, however easily it is copied.
static_assert(!detail::CanTravel<std::string_view, Processes> &&
              !detail::CanTravel<int*, Processes>);
static_assert(!detail::CanTravel<std::span<int>, Processes>);
static_assert(detail::CanTravel<std::optional<std::array<long, 2>>, Processes> &&
              detail::CanTravel<std::variant<int, double>, Processes>);
// A tag may be of a type that is nowhere defined.
struct Tag;
template <typename T, typename>
struct Tagged {
  T value;
};
static_assert(detail::CanTravel<Tagged<int, Tag>, Processes> &&
              !detail::CanTravel<Tagged<int*, Tag>, Processes>);
static_assert(detail::CanTravel<std::string_view, Threads> && detail::CanTravel<int*, Threads>);

TEST(QueueBetweenThreads, ABatchIsMovedOutOfWhatIsGivenAway) {
  Queue<std::unique_ptr<int>, Threads> queue(4);
  std::vector<std::unique_ptr<int>> items;
  for (const int number : {1, 2, 3}) items.push_back(std::make_unique<int>(number));
  queue.put_many(std::move(items));
  const auto got = queue.get_many(4);
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(*got[2], 3);
}

// A Codec that cannot write some of its items.
struct Fickle {
  int number;
};

}  // namespace
}  // namespace gilfree::testing

template <>
struct gilfree::Codec<gilfree::testing::Fickle> {
  static std::size_t size(const testing::Fickle& item) {
    if (item.number < 0) throw std::runtime_error("unwritable");
    return sizeof item.number;
  }
  static void write(const testing::Fickle& item, std::byte* bytes) {
    std::memcpy(bytes, &item.number, sizeof item.number);
  }
  static testing::Fickle read(const std::byte* bytes, std::size_t) {
    testing::Fickle item{};
    std::memcpy(&item.number, bytes, sizeof item.number);
    if (item.number == 13) throw std::runtime_error("unreadable");
    return item;
  }
};
template <>
inline constexpr bool gilfree::detail::shareable<gilfree::testing::Fickle> = false;

namespace gilfree::testing {
namespace {

TEST(QueueBetweenProcesses, WhatThrowsInTheMiddleOfABatchLosesNothing) {
  Queue<Fickle, Processes> queue(8);
  EXPECT_THROW(queue.put_many(std::vector<Fickle>{{1}, {2}, {-1}, {3}}), std::runtime_error);
  EXPECT_EQ(queue.qsize(), 2u) << "those before the one that threw are in";
  queue.put({13});
  EXPECT_EQ(queue.get_many(8).size(), 2u);
  EXPECT_THROW((void)queue.get_many(8), std::runtime_error);
  EXPECT_EQ(queue.qsize(), 1u);
}

TYPED_TEST(QueueTest, StringsOfChangingLengthGoRoundAndRound) {
  Queue<std::string, TypeParam> queue(8);
  std::size_t put = 0, got = 0;
  const auto message = [](std::size_t number) {
    return std::string(number * 7919 % 60'000, static_cast<char>('a' + number % 26));
  };
  for (int round = 0; round < 400; ++round) {
    while (queue.try_put(message(put))) ++put;
    const std::size_t leave = static_cast<std::size_t>(round) % 5;
    while (put - got > leave) ASSERT_EQ(queue.get(), message(got++));
    ASSERT_EQ(queue.qsize(), put - got);
  }
  EXPECT_GT(put, 1'000u);
}

TYPED_TEST(QueueTest, VectorsTravelWhole) {
  Queue<std::vector<std::uint64_t>, TypeParam> queue(2);
  queue.put({1, 2, 3});
  queue.put({});
  EXPECT_EQ(queue.get(), (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_TRUE(queue.get().empty());
}

// The property a queue exists for, under contention on a buffer far smaller than the traffic.
TYPED_TEST(QueueTest, EveryItemIsTakenExactlyOnceAndEachProducersInOrder) {
  constexpr int kProducers = 3, kConsumers = 3, kEach = 20'000;
  Queue<int, TypeParam> queue(4);
  Ledger<TypeParam> taken(kProducers * kEach), disordered(1);

  Crew<TypeParam> producers, consumers;
  consumers.start(kConsumers, [&](int) {
    int last[kProducers] = {-1, -1, -1};
    try {
      while (true) {
        const int item = queue.get();
        taken[item]++;
        if (item <= std::exchange(last[item / kEach], item)) disordered[0]++;
      }
    } catch (const Closed&) {
    }
  });
  producers.start(kProducers, [&](int me) {
    for (int i = 0; i < kEach; ++i) queue.put(me * kEach + i);
  });
  producers.join();
  queue.close();
  consumers.join();

  for (int item = 0; item < taken.size(); ++item) ASSERT_EQ(taken[item], 1) << "item " << item;
  EXPECT_EQ(disordered[0], 0);
}

// One producer and one consumer each become the bias owner of their lock; a second one revokes that.
TYPED_TEST(QueueTest, BiasesAreTakenAndRevokedWithoutLosingAnItem) {
  constexpr int kRounds = 40, kEach = 500;
  Queue<int, TypeParam> queue(16);
  Ledger<TypeParam> sum(1);
  Crew<TypeParam> crew;
  crew.start(1, [&](int) {
    for (int i = 0; i < 2 * kRounds * kEach; ++i) sum[0] += queue.get();
  });
  crew.start(2, [&](int) {
    for (int round = 0; round < kRounds; ++round) {
      for (int i = 0; i < kEach; ++i) queue.put(1);
      std::this_thread::yield();
    }
  });
  crew.join();
  EXPECT_EQ(sum[0], 2 * kRounds * kEach);
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace gilfree::testing
