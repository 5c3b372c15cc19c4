// Pool: more workers than CPUs. Short tasks keep few of them awake, and the others come when they are needed.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "gilfree/barrier.h"
#include "gilfree/event.h"
#include "gilfree/pool.h"
#include "gilfree/process.h"
#include "primitives/tests/support/pool_calls.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

template <typename S>
class PoolLimitTest : public Watchdog {
 protected:
  // At least two more than may be awake while tasks are short: one of them looks after the rest.
  static constexpr int kMore = 6;
  const int workers_ = cpu_count() + kMore;

  static void run_short_tasks(Pool<S>& pool, int count) {
    const auto squares = pool.map(square, first_numbers(count), 1);
    for (int i = 0; i < count; ++i) ASSERT_EQ(squares[i], i * i);
  }
};
TYPED_TEST_SUITE(PoolLimitTest, BothScopes);

// Each task waits for all others, so each worker must get one, however short the tasks before were.
TYPED_TEST(PoolLimitTest, TasksThatWaitForEachOtherFindAWorkerEachAfterManyShortOnes) {
  static Barrier<TypeParam>* all;
  Barrier<TypeParam> barrier(this->workers_);
  all = &barrier;
  Pool<TypeParam> pool(this->workers_);
  for (int round = 0; round < 5; ++round) {
    this->run_short_tasks(pool, 5'000);
    const auto places = pool.map([](int) { return all->wait(); }, first_numbers(this->workers_), 1);
    std::vector<int> sorted(places.begin(), places.end());
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(sorted, first_numbers(this->workers_));
  }
}

TYPED_TEST(PoolLimitTest, ATaskThatBlocksAmongShortOnesDoesNotHoldThemBack) {
  static Barrier<TypeParam>* both;
  Barrier<TypeParam> barrier(2);
  both = &barrier;
  Pool<TypeParam> pool(this->workers_);
  for (int round = 0; round < 20; ++round) {
    this->run_short_tasks(pool, 1'000);
    auto blocked = pool.apply_async([] { return both->wait(); });
    this->run_short_tasks(pool, 1'000);
    EXPECT_FALSE(blocked.ready());
    (void)pool.apply([] { return both->wait(); });
    blocked.wait();
  }
}

// A worker whose tasks were short takes several at a time. One that waits must not keep those taken with it.
TYPED_TEST(PoolLimitTest, ATaskMayWaitForAnyThatWasPostedAfterIt) {
  static Event<TypeParam>* event;
  Event<TypeParam> set;
  event = &set;
  Pool<TypeParam> pool(this->workers_);
  for (int round = 0; round < 200; ++round) {
    set.clear();
    for (int i = 0; i < 40; ++i) (void)pool.apply_async(square, i);
    auto waiting = pool.apply_async([] { return event->wait(); });
    auto setting = pool.apply_async([] { event->set(); });
    waiting.wait();
    setting.wait();
  }
}

TYPED_TEST(PoolLimitTest, APoolEndsWhileItsTasksAreShort) {
  for (int round = 0; round < 5; ++round) {
    Pool<TypeParam> pool(this->workers_);
    this->run_short_tasks(pool, 3'000);
    pool.close();
    pool.join();
  }
}

}  // namespace
}  // namespace gilfree::testing
