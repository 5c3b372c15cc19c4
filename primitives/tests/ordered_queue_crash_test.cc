// LifoQueue and PriorityQueue under kill -9: every instruction of put and get, with a peer asleep or
// at work.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "primitives/lifo_queue.h"
#include "primitives/priority_queue.h"
#include "primitives/tests/support/crash_lab.h"
#include "primitives/tests/support/edge.h"
#include "primitives/tests/support/scopes.h"

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
class OrderedQueueCrashTest : public Watchdog {
 protected:
  using Item = typename ItemOf<Queue>::type;
  static constexpr bool kIsLifo = std::is_same_v<Queue, LifoQueue<Item>>;

  void SetUp() override { ::alarm(240); }

  // With 8, 6, ... 0 inside, put in in that order: the smallest is the last one.
  void fill(int items) {
    queue_.emplace(8);
    for (int i = items - 1; i >= 0; --i) queue_->put(item<Item>(2 * i));
  }
  // Takes all there is, then shows that the queue still works: the numbers found, in order.
  std::string drain() {
    std::string found;
    while (const auto next = queue_->try_get()) found += std::to_string(number_of(*next));
    queue_->put(item<Item>(7));
    queue_->put(item<Item>(6));
    if (number_of(queue_->get()) != 6 || number_of(queue_->get()) != 7) return "broken";
    return "found " + found;
  }

  std::optional<Queue> queue_;
};

using Queues = ::testing::Types<LifoQueue<Pair>, LifoQueue<std::string>, PriorityQueue<Pair>,
                                PriorityQueue<std::string>>;
TYPED_TEST_SUITE(OrderedQueueCrashTest, Queues);

TYPED_TEST(OrderedQueueCrashTest, APutKilledAtAnyInstructionHasHappenedOrHasNot) {
  const std::string after = this->kIsLifo ? "found 302468" : "found 023468";
  expect_one_edge({.fresh = [&] { this->fill(5); },
                   .prepare = [] { (void)core::self<Processes>(); },
                   .operation = [&] { this->queue_->put(item<typename TestFixture::Item>(3)); },
                   .survivor = [&] { return this->drain(); }},
                  "found 02468", after);
}

// On its way up it passes all others.
TYPED_TEST(OrderedQueueCrashTest, APutOfTheSmallestKilledAtAnyInstructionHasHappenedOrHasNot) {
  expect_one_edge({.fresh =
                       [&] {
                         this->fill(5);
                         (void)this->queue_->get();
                       },
                   .prepare = [] { (void)core::self<Processes>(); },
                   .operation = [&] { this->queue_->put(item<typename TestFixture::Item>(1)); },
                   .survivor = [&] { return this->drain(); }},
                  "found 2468", "found 12468");
}

TYPED_TEST(OrderedQueueCrashTest, AGetKilledAtAnyInstructionHasHappenedOrHasNot) {
  expect_one_edge({.fresh = [&] { this->fill(5); },
                   .prepare = [] { (void)core::self<Processes>(); },
                   .operation = [&] { (void)this->queue_->get(); },
                   .survivor = [&] { return this->drain(); }},
                  "found 02468", "found 2468");
}

// Each is killed where it holds the lock that both sides need, or owes the sleeper a ring.
TYPED_TEST(OrderedQueueCrashTest, AConsumerAsleepGetsWhatAKilledProducerPut) {
  auto& queue = this->queue_;
  Ledger<Processes> got(1);
  pid_t sleeper = 0;
  const Walk walk{.fresh =
                      [&] {
                        queue.emplace(8);
                        got[0] = 0;
                        sleeper = fork_child([&] { got[0] = number_of(queue->get()); });
                        await_sleep(sleeper);
                      },
                  .prepare = [] { (void)core::self<Processes>(); },
                  .operation = [&] { queue->put(item<typename TestFixture::Item>(2)); },
                  .survivor =
                      [&] {
                        // What was committed, the sleeper finds by itself; else it gets this one.
                        const bool is_there = queue->qsize() > 0;
                        if (!is_there && got[0] == 0)
                          queue->put(item<typename TestFixture::Item>(3));
                        while (got[0] == 0) std::this_thread::yield();
                        return "got " + std::to_string(got[0]);
                      },
                  .after =
                      [&] {
                        ::kill(sleeper, SIGKILL);
                        ::waitpid(sleeper, nullptr, 0);
                        return std::string();
                      }};
  const Findings found = kill_at_every_instruction(walk);
  std::cout << "    " << found << "\n";
  if (found.points == 0) GTEST_SKIP() << "no single steps on this machine";
  EXPECT_EQ(found.hangs, 0);
  EXPECT_TRUE(found.only({{"got 3", 1}, {"got 2", 1}})) << found;
}

}  // namespace
}  // namespace gilfree::testing
