// What all four queues promise alike, in both scopes.
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "primitives/tests/support/queue_kinds.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

template <typename Kind>
class AnyQueueTest : public Watchdog {};
TYPED_TEST_SUITE(AnyQueueTest, QueueKinds);

template <typename Kind, typename T>
using Of = QueueOf<Kind, T>;

TYPED_TEST(AnyQueueTest, AFullOneRefusesAndAnEmptyOneHasNothing) {
  Of<TypeParam, int> queue(3);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.try_get(), std::nullopt);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(queue.try_put(i));
  EXPECT_TRUE(queue.full());
  EXPECT_EQ(queue.qsize(), queue.capacity());
  EXPECT_FALSE(queue.try_put(3));
  (void)queue.get();
  EXPECT_TRUE(queue.try_put(4));
}

TYPED_TEST(AnyQueueTest, ACapacityOfZeroIsRefused) {
  EXPECT_THROW((Of<TypeParam, int>(0)), std::invalid_argument);
}

TYPED_TEST(AnyQueueTest, PatienceIsKeptAtLeastAsLongAsPromised) {
  Of<TypeParam, int> queue(1);
  auto start = Clock::now();
  EXPECT_EQ(queue.try_get_for(30ms), std::nullopt);
  EXPECT_GE(Clock::now() - start, 30ms);

  queue.put(1);
  start = Clock::now();
  EXPECT_FALSE(queue.try_put_for(2, 30ms));
  EXPECT_GE(Clock::now() - start, 30ms);
  EXPECT_THROW((void)queue.try_put_for(2, -1ms), std::invalid_argument);
}

TYPED_TEST(AnyQueueTest, ClosingLetsGetsDrainAndThenEndsThem) {
  Of<TypeParam, int> queue(2);
  queue.put(5);
  queue.close();
  queue.close();

  EXPECT_TRUE(queue.closed());
  EXPECT_THROW(queue.put(6), Closed);
  EXPECT_EQ(queue.get(), 5);
  EXPECT_THROW(queue.get(), Closed);
  EXPECT_THROW((void)queue.try_get(), Closed);
}

TYPED_TEST(AnyQueueTest, ClosingWakesTheSleepersAtEitherSide) {
  using S = typename TypeParam::scope;
  Of<TypeParam, int> empty(1), full(1);
  full.put(1);
  Ledger<S> ended(2);
  Crew<S> crew;
  crew.start(2, [&](int me) {
    try {
      me == 0 ? (void)empty.get() : full.put(2);
    } catch (const Closed&) {
      ended[me]++;
    }
  });
  empty.close();
  full.close();
  crew.join();
  EXPECT_EQ(ended[0], 1);
  EXPECT_EQ(ended[1], 1);
}

TYPED_TEST(AnyQueueTest, ABatchTakesTheRoomThereIsAndWhatIsThere) {
  Of<TypeParam, int> queue(4);
  const std::vector<int> five{1, 2, 3, 4, 5};
  EXPECT_EQ(queue.try_put_many(five), 4u);
  EXPECT_EQ(queue.get_many(3).size(), 3u);
  EXPECT_EQ(queue.try_get_many(100).size(), 1u);
  EXPECT_TRUE(queue.try_get_many(100).empty());
}

TYPED_TEST(AnyQueueTest, StringsOfAnyLengthTravelWhole) {
  Of<TypeParam, std::string> queue(4);
  for (const std::size_t length : {0, 1, 7, 8, 9, 4'000, 300'000, 5'000'000, 3, 2'000'000}) {
    const std::string sent(length, static_cast<char>('a' + length % 26));
    queue.put(sent);
    EXPECT_EQ(queue.get(), sent);
  }
}

TYPED_TEST(AnyQueueTest, EveryItemIsTakenExactlyOnce) {
  using S = typename TypeParam::scope;
  constexpr int kProducers = 3, kConsumers = 3, kEach = 10'000;
  Of<TypeParam, int> queue(4);
  Ledger<S> taken(kProducers * kEach);

  Crew<S> producers, consumers;
  consumers.start(kConsumers, [&](int) {
    try {
      while (true) taken[queue.get()]++;
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
}

// Each put or get wakes one sleeper: none is forgotten when all sleep.
TYPED_TEST(AnyQueueTest, SleepersAtBothSidesAreAllWokenInTheEnd) {
  using S = typename TypeParam::scope;
  constexpr int kWorkers = 4, kEach = 200;
  Of<TypeParam, int> queue(1);
  Ledger<S> sum(1);
  Crew<S> crew;
  crew.start(kWorkers, [&](int) {
    for (int i = 0; i < kEach; ++i) queue.put(1);
  });
  crew.start(kWorkers, [&](int) {
    for (int i = 0; i < kEach; ++i) sum[0] += queue.get();
  });
  crew.join();
  EXPECT_EQ(sum[0], kWorkers * kEach);
}

TYPED_TEST(AnyQueueTest, UnrelatedProcessesShareOneByName) {
  if constexpr (TypeParam::scope::kAcrossProcesses) {
    const std::string name = "gilfree-any-queue-" + std::to_string(::getpid());
    {
      Of<TypeParam, std::string> made(create_only, name, 5);
      Of<TypeParam, std::string> found(open_only, name);
      made.put("through another mapping");
      EXPECT_EQ(found.capacity(), 5u);
      EXPECT_EQ(found.get(), "through another mapping");
    }
    EXPECT_TRUE(detail::remove_segment(name));
  }
}

template <typename Kind>
class AnyThreadQueueTest : public Watchdog {};
TYPED_TEST_SUITE(AnyThreadQueueTest, ThreadQueueKinds);

TYPED_TEST(AnyThreadQueueTest, ItemsAreMovedAndWhatIsLeftIsDestroyed) {
  using Item = std::shared_ptr<std::unique_ptr<int>>;
  const auto token = std::make_shared<std::unique_ptr<int>>();
  {
    Of<TypeParam, Item> queue(4);
    queue.put(token);
    queue.put(token);
    EXPECT_EQ(token.use_count(), 3);
    EXPECT_EQ(queue.get(), token);
    EXPECT_EQ(token.use_count(), 2);
  }
  EXPECT_EQ(token.use_count(), 1);
}

TYPED_TEST(AnyThreadQueueTest, AnItemThatDidNotFitHasNotBeenMovedFrom) {
  Of<TypeParam, std::unique_ptr<int>> queue(1);
  queue.put(std::make_unique<int>(1));
  auto second = std::make_unique<int>(2);
  EXPECT_FALSE(queue.try_put(std::move(second)));
  ASSERT_NE(second, nullptr);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(*second, 2);
}

}  // namespace
}  // namespace gilfree::testing
