#include "gilfree/simple_queue.h"

#include <gtest/gtest.h>

#include <any>
#include <chrono>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

class SimpleQueueTest : public Watchdog {};

TEST_F(SimpleQueueTest, TakesAsManyAsArePutAndGivesThemInOrder) {
  constexpr int kMany = 100'000;
  SimpleQueue<int> queue;
  for (int i = 0; i < kMany; ++i) queue.put(i);
  EXPECT_FALSE(queue.full());
  EXPECT_EQ(queue.qsize(), static_cast<std::size_t>(kMany));
  for (int i = 0; i < kMany; ++i) ASSERT_EQ(queue.get(), i);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.try_get(), std::nullopt);
  EXPECT_EQ(queue.try_get_for(1ms), std::nullopt);
}

TEST_F(SimpleQueueTest, BatchesKeepTheirOrder) {
  SimpleQueue<int> queue;
  std::vector<int> numbers(1'000);
  std::iota(numbers.begin(), numbers.end(), 0);
  queue.put_many(numbers);
  EXPECT_EQ(queue.try_put_many(std::vector{1, 2}), 2u);
  EXPECT_EQ(queue.get_many(numbers.size()), numbers);
  EXPECT_EQ(queue.get_many(9), (std::vector{1, 2}));
}

TEST_F(SimpleQueueTest, ClosingLetsGetsDrainAndThenEndsThem) {
  SimpleQueue<int> queue;
  queue.put(1);
  queue.close();
  EXPECT_THROW(queue.put(2), Closed);
  EXPECT_EQ(queue.get(), 1);
  EXPECT_THROW((void)queue.get(), Closed);
}

TEST_F(SimpleQueueTest, AnyItemThatCanBeMovedTravelsAndWhatIsLeftIsDestroyed) {
  const auto token = std::make_shared<int>(1);
  {
    SimpleQueue<std::any> queue;
    for (int i = 0; i < 3; ++i) queue.put(token);
    EXPECT_EQ(*std::any_cast<std::shared_ptr<int>>(queue.get()), 1);
  }
  EXPECT_EQ(token.use_count(), 1);
}

TEST_F(SimpleQueueTest, AllSleepersAreWokenByOneBatch) {
  constexpr int kGetters = 3;
  SimpleQueue<int> queue;
  Ledger<Threads> sum(1);
  SleepWatch<Threads> asleep(kGetters);
  Crew<Threads> crew;
  crew.start(kGetters, [&](int me) {
    asleep.will_sleep(me);
    sum[0] += queue.get();
  });
  asleep.await_all();
  queue.put_many({1, 2, 3});
  crew.join();
  EXPECT_EQ(sum[0], 6);
}

TEST_F(SimpleQueueTest, EveryItemIsTakenExactlyOnceAndEachProducersInOrder) {
  constexpr int kProducers = 3, kConsumers = 3, kEach = 10'000;
  SimpleQueue<int> queue;
  Ledger<Threads> taken(kProducers * kEach), disordered(1);
  Crew<Threads> producers, consumers;
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

}  // namespace
}  // namespace gilfree::testing
