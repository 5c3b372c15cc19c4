// What an item's copy, move, Codec or comparison throws: it reaches the caller, nothing is lost, and no
// other thread or process waits for ever because of it.
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <ranges>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "gilfree/pipe.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/queue_kinds.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

constexpr int kCannotGoIn = -1, kCannotComeOut = 13;

// Throws between threads when it is copied into a queue or moved out of it, and between processes when
// its Codec writes or reads it.
struct Awkward {
  int number;

  explicit Awkward(int value) : number(value) {}
  Awkward(const Awkward& other) : number(other.number) {
    if (number == kCannotGoIn) throw std::runtime_error("copy");
  }
  Awkward(Awkward&& other) : number(other.number) {  // NOLINT: may throw, that is the point
    if (number == kCannotComeOut) throw std::runtime_error("move");
  }
  Awkward& operator=(const Awkward&) = default;
  bool operator<(const Awkward& other) const { return number < other.number; }
};

}  // namespace
}  // namespace gilfree::testing

template <>
struct gilfree::Codec<gilfree::testing::Awkward> {
  using Item = testing::Awkward;
  static std::size_t size(const Item&) { return sizeof(int); }
  static void write(const Item& item, std::byte* bytes) {
    if (item.number == testing::kCannotGoIn) throw std::runtime_error("write");
    std::memcpy(bytes, &item.number, sizeof(int));
  }
  static Item read(const std::byte* bytes, std::size_t) {
    int number;
    std::memcpy(&number, bytes, sizeof number);
    if (number == testing::kCannotComeOut) throw std::runtime_error("read");
    return Item(number);
  }
};

namespace gilfree::testing {
namespace {

// In the order in which they are to leave the queue.
template <typename Kind, typename Queue>
void put_to_leave_as(Queue& queue, std::vector<int> numbers) {
  if constexpr (std::is_same_v<Kind, Lifo<Threads>> || std::is_same_v<Kind, Lifo<Processes>>) {
    numbers = {numbers.rbegin(), numbers.rend()};
  }
  for (const int number : numbers) {
    const Awkward item(number);
    queue.put(item);
  }
}

// Between processes a PriorityQueue reads an item for each comparison, so it cannot put one that
// cannot be read.
template <typename Kind>
inline constexpr bool kReadsInPut = std::is_same_v<Kind, Priority<Processes>>;

template <typename Kind>
class QueueExceptionsTest : public Watchdog {};
TYPED_TEST_SUITE(QueueExceptionsTest, QueueKinds);

TYPED_TEST(QueueExceptionsTest, APutterThatThrowsPassesItsWakeUpOn) {
  using S = typename TypeParam::scope;
  QueueOf<TypeParam, Awkward> queue(1);
  queue.put(Awkward(1));
  Ledger<S> threw(1);
  SleepWatch<S> asleep(2);
  Crew<S> crew;
  for (const int number : {kCannotGoIn, 2}) {  // the kernel wakes the one that has slept longer
    const int me = number == 2;
    crew.start(1, [&, number, me](int) {
      const Awkward item(number);
      asleep.will_sleep(me);
      try {
        queue.put(item);
      } catch (const std::runtime_error&) {
        threw[0]++;
      }
    });
    asleep.await(me);
  }
  EXPECT_EQ(queue.get().number, 1);
  EXPECT_EQ(queue.get().number, 2) << "the second putter sleeps beside an empty queue";
  crew.join();
  EXPECT_EQ(threw[0], 1);
}

TYPED_TEST(QueueExceptionsTest, AGetterThatThrowsPassesItsWakeUpOn) {
  using S = typename TypeParam::scope;
  if (kReadsInPut<TypeParam>) GTEST_SKIP();
  constexpr int kGetters = 3;
  QueueOf<TypeParam, Awkward> queue(4);
  Ledger<S> threw(1);
  SleepWatch<S> asleep(kGetters);
  Crew<S> crew;
  crew.start(kGetters, [&](int me) {
    asleep.will_sleep(me);
    try {
      (void)(me == 0 ? queue.get_many(2).size() : std::size_t{queue.get().number == 0});
    } catch (const std::runtime_error&) {
      threw[0]++;
    }
  });
  asleep.await_all();
  const std::vector<Awkward> items{Awkward(kCannotComeOut), Awkward(kCannotComeOut)};
  queue.put_many(items);
  crew.join();
  EXPECT_EQ(threw[0], kGetters) << "each of them finds the item that cannot be read";
  EXPECT_EQ(queue.qsize(), 2u);
}

// Those before the one that throws are in, and a consumer that waits for them is woken.
TYPED_TEST(QueueExceptionsTest, ABatchThatThrowsWakesTheGettersOfWhatIsIn) {
  using S = typename TypeParam::scope;
  QueueOf<TypeParam, Awkward> queue(8);
  Ledger<S> got(1);
  SleepWatch<S> asleep(2);
  Crew<S> crew;
  crew.start(2, [&](int me) {
    asleep.will_sleep(me);
    got[0] += queue.get().number;
  });
  asleep.await_all();
  std::vector<Awkward> items;
  items.reserve(3);  // so that it never moves them
  for (const int number : {1, 2, kCannotGoIn}) items.emplace_back(number);
  EXPECT_THROW(queue.put_many(items), std::runtime_error);
  crew.join();
  EXPECT_EQ(got[0], 3);
}

TYPED_TEST(QueueExceptionsTest, GetManyReturnsThoseBeforeTheOneThatThrows) {
  QueueOf<TypeParam, Awkward> queue(8);
  if (kReadsInPut<TypeParam>) GTEST_SKIP();
  put_to_leave_as<TypeParam>(queue, {1, 2, kCannotComeOut, 14});
  const auto got = queue.get_many(8);
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0].number, 1);
  EXPECT_EQ(got[1].number, 2);
  EXPECT_THROW((void)queue.get_many(8), std::runtime_error);
  EXPECT_THROW((void)queue.get(), std::runtime_error);
  EXPECT_THROW((void)queue.try_get(), std::runtime_error);
  EXPECT_EQ(queue.qsize(), 2u) << "the item that threw and the one behind it are still inside";
}

template <typename S>
class PipeExceptionsTest : public Watchdog {};
TYPED_TEST_SUITE(PipeExceptionsTest, BothScopes);

TYPED_TEST(PipeExceptionsTest, WhatThrowsLosesNothing) {
  auto [one, other] = Pipe<Awkward, TypeParam>();
  std::vector<Awkward> items;
  items.reserve(3);
  for (const int number : {1, 2, kCannotGoIn}) items.emplace_back(number);
  EXPECT_THROW(one.send_many(items), std::runtime_error);
  EXPECT_THROW(one.send(items.back()), std::runtime_error);
  const Awkward last(kCannotComeOut);
  one.send(last);
  EXPECT_EQ(other.recv_many(8).size(), 2u);
  EXPECT_THROW((void)other.recv(), std::runtime_error);
  EXPECT_THROW((void)other.try_recv(), std::runtime_error);
  EXPECT_THROW((void)other.try_recv_many(8), std::runtime_error);
  EXPECT_TRUE(other.poll());
}

// Throws once when it is set to.
struct MoodyLess {
  static inline std::atomic<int> throws_left{0};
  bool operator()(int a, int b) const {
    if (throws_left.load() > 0 && throws_left.fetch_sub(1) > 0) throw std::runtime_error("compare");
    return a < b;
  }
};

class CompareExceptionsTest : public Watchdog {};

// The putter that brings the items makes the next comparison throw, which is one of a getter's.
TEST_F(CompareExceptionsTest, AGetterWhoseComparisonThrowsPassesItsWakeUpOn) {
  PriorityQueue<int, MoodyLess, Threads> queue(8);
  Ledger<Threads> got(1), threw(1);
  SleepWatch<Threads> asleep(2);
  Crew<Threads> crew;
  crew.start(2, [&](int me) {
    asleep.will_sleep(me);
    try {
      got[0] += queue.get();
    } catch (const std::runtime_error&) {
      threw[0]++;
    }
  });
  asleep.await_all();
  const auto arm_at_the_last = [](int item) {
    if (item == 4)
      MoodyLess::throws_left = 2;  // one for its put, which throws, and one for a getter
    return item;
  };
  const std::vector<int> items{1, 2, 3, 4};
  EXPECT_THROW(queue.put_many(items | std::views::transform(arm_at_the_last)), std::runtime_error);
  crew.join();
  EXPECT_EQ(got[0], 1) << "one getter got the smallest";
  EXPECT_EQ(threw[0], 1) << "and one found the comparison that throws";
  EXPECT_EQ(queue.qsize(), 2u);
}

TEST_F(CompareExceptionsTest, GetManyReturnsThoseBeforeTheComparisonThatThrows) {
  PriorityQueue<int, MoodyLess, Threads> queue(8);
  queue.put_many({5, 3, 1, 4, 2, 6});
  MoodyLess::throws_left = 1;
  EXPECT_THROW((void)queue.get(), std::runtime_error);
  EXPECT_EQ(queue.qsize(), 6u);
  MoodyLess::throws_left = 0;
  EXPECT_EQ(queue.get_many(8), (std::vector{1, 2, 3, 4, 5, 6}));
}

}  // namespace
}  // namespace gilfree::testing
