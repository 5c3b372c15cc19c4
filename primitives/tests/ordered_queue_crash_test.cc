// LifoQueue and PriorityQueue under kill -9: every instruction of put and get, with a peer asleep.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "gilfree/lifo_queue.h"
#include "gilfree/priority_queue.h"
#include "primitives/tests/support/crash_item.h"
#include "primitives/tests/support/crash_test.h"

namespace gilfree::testing {
namespace {

template <typename Queue>
struct ItemOf;
template <typename T>
struct ItemOf<LifoQueue<T>> {
  using type = T;
};
template <typename T>
struct ItemOf<PriorityQueue<T>> {
  using type = T;
};

template <typename Queue>
class OrderedQueueCrashTest : public CrashTest {
 protected:
  using Item = typename ItemOf<Queue>::type;
  static constexpr bool kIsLifo = std::is_same_v<Queue, LifoQueue<Item>>;

  // With 8, 6, ... 0 inside, put in in that order: the smallest is the last one.
  void fill(int items, std::size_t capacity = 8) {
    queue_.emplace(capacity);
    for (int i = items - 1; i >= 0; --i) put(2 * i);
  }
  void put(long number) { queue_->put(item<Item>(number)); }

  // Takes all there is, then shows that the queue still works: the numbers found, in order.
  std::string drain() {
    std::string found;
    while (const auto next = queue_->try_get()) found += std::to_string(number_of(*next));
    put(7);
    put(6);
    if (number_of(queue_->get()) != 6 || number_of(queue_->get()) != 7) return "broken";
    return "found " + found;
  }

  // A walk with no other process, over a queue with this many inside.
  Walk alone(int items, std::function<void()> operation) {
    return {.fresh = [this, items] { fill(items); },
            .prepare = attach,
            .operation = std::move(operation),
            .survivor = [this] { return drain(); }};
  }

  std::optional<Queue> queue_;
  Ledger<Processes> got_{1};
};

using Queues = ::testing::Types<LifoQueue<Pair>, LifoQueue<std::string>, PriorityQueue<Pair>,
                                PriorityQueue<std::string>>;
TYPED_TEST_SUITE(OrderedQueueCrashTest, Queues);

TYPED_TEST(OrderedQueueCrashTest, APutKilledAtAnyInstructionHasHappenedOrHasNot) {
  const std::string after = this->kIsLifo ? "found 302468" : "found 023468";
  this->expect_one_edge(this->alone(5, [this] { this->put(3); }), "found 02468", after);
}

// On its way up it passes all others.
TYPED_TEST(OrderedQueueCrashTest, APutOfTheSmallestKilledAtAnyInstructionHasHappenedOrHasNot) {
  Walk walk = this->alone(5, [this] { this->put(1); });
  walk.fresh = [this] {
    this->fill(5);
    (void)this->queue_->get();
  };
  this->expect_one_edge(walk, "found 2468", "found 12468");
}

TYPED_TEST(OrderedQueueCrashTest, AGetKilledAtAnyInstructionHasHappenedOrHasNot) {
  this->expect_one_edge(this->alone(5, [this] { (void)this->queue_->get(); }), "found 02468",
                        "found 2468");
}

// The first use in a process also makes it a participant.
TYPED_TEST(OrderedQueueCrashTest, AFirstPutOrGetKilledAtAnyInstructionHasHappenedOrHasNot) {
  Walk put = this->alone(0, [this] { this->put(3); });
  Walk get = this->alone(2, [this] { (void)this->queue_->get(); });
  put.prepare = get.prepare = [] {};
  this->expect_one_edge(put, "found ", "found 3");
  this->expect_one_edge(get, "found 02", "found 2");
}

TYPED_TEST(OrderedQueueCrashTest, KilledOnItsWayToSleepItTakesAndLeavesNothing) {
  Walk get = this->alone(0, [this] { (void)this->queue_->get(); });
  Walk put = this->alone(2, [this] { this->put(5); });
  put.fresh = [this] { this->fill(2, 2); };
  for (Walk* walk : {&get, &put}) {
    walk->ends_asleep = true;
    walk->most_rounds = 1;
    walk->survivor = [this] {
      const auto left = this->queue_->qsize();
      (void)this->queue_->try_get();
      this->put(1);
      return std::to_string(left) + " left, " + std::to_string(number_of(this->queue_->get()));
    };
  }
  this->expect_only(get, {{"0 left, 1", 1}});
  this->expect_only(put, {{"2 left, 1", 1}});
}

// Each is killed where it holds the lock that both sides need, or has yet to notify the sleeper.
TYPED_TEST(OrderedQueueCrashTest, AConsumerAsleepGetsWhatAKilledProducerPut) {
  auto& got = this->got_[0];
  this->expect_one_edge(
      {.fresh =
           [&] {
             this->fill(0);
             got = 0;
             this->peers_.start_asleep([&] { got = number_of(this->queue_->get()); });
           },
       .prepare = this->attach,
       .operation = [this] { this->put(2); },
       .most_rounds = 2,
       .survivor =
           [&] {
             // What was committed, the sleeper finds by itself; else it gets this.
             if (this->queue_->qsize() == 0 && got == 0) this->put(3);
             await(got);
             return "got " + std::to_string(got);
           },
       .after = [this] { return this->peers_.end(); }},
      "got 3", "got 2");
}

}  // namespace
}  // namespace gilfree::testing
