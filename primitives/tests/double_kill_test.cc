// Killed twice: one process dies in an operation, and the one that recovers from it dies too.
//
// Every instruction of the operation with every instruction of the recovery makes 2,000 to some
// 100,000 pairs for each test; here at most 7,500, evenly spread, and all with GILFREE_CRASH_BUDGET=full.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "gilfree/barrier.h"
#include "gilfree/condition.h"
#include "gilfree/event.h"
#include "gilfree/lifo_queue.h"
#include "gilfree/priority_queue.h"
#include "gilfree/queue.h"
#include "gilfree/semaphore.h"
#include "gilfree/value.h"
#include "primitives/tests/support/crash_item.h"
#include "primitives/tests/support/crash_test.h"

namespace gilfree::testing {
namespace {

class DoubleKillTest : public CrashTest {
 protected:
  // Where a peer is woken for each pair, which takes ten times as long as the rest.
  static constexpr int kPairsBesideAPeer = 400;

  void SetUp() override { ::alarm(3600); }

  static void expect_always(Walk walk, const std::string& word) {
    walk.most_rounds = 2;
    expect(kill_in_recovery_too(walk), {{word, 1}});
  }

  // A peer that waits until `action` is done.
  void start_waiter(const std::function<void()>& action) {
    done_[0] = 0;
    peers_.start_asleep([&] {
      action();
      done_[0] = 1;
      ::pause();
    });
  }

  Ledger<Processes> done_{2};
};

TEST_F(DoubleKillTest, ALockPassesToTheThird) {
  std::optional<RLock<Processes>> lock;
  const auto lock_and_unlock = [&] {
    lock->lock();
    lock->unlock();
  };
  expect_always({.fresh = [&] { lock.emplace(); },
                 .prepare = attach,
                 .operation = lock_and_unlock,
                 .recovery = lock_and_unlock,
                 .survivor = [&]() -> std::string {
                   lock_and_unlock();
                   lock->lock();
                   const bool seen = lock->abandoned();
                   lock->unlock();
                   return seen ? "seen twice" : lock->owned() ? "held twice" : "passed on";
                 }},
                "passed on");
}

// The one update that was made in between is there, or its holder's death is reported.
TEST_F(DoubleKillTest, AValueIsWholeOrTheNextHolderSeesTheDeath) {
  struct Account {
    long left, right;
  };
  std::optional<Value<Account>> account;
  const auto update = [&] {
    const std::scoped_lock hold(*account);
    auto& value = account->value();
    if (account->get_lock().abandoned()) value.right = value.left;
    value = {value.left + 1, value.right + 1};
  };
  expect_always({.fresh = [&] { account.emplace(); },
                 .prepare = attach,
                 .operation = update,
                 .recovery = update,
                 .survivor =
                     [&] {
                       update();
                       return account->value().left == account->value().right ? "whole" : "torn";
                     }},
                "whole");
}

TEST_F(DoubleKillTest, ABoundedSemaphoreLosesNoPermit) {
  std::optional<BoundedSemaphore<Processes>> semaphore;
  const auto acquire_and_release = [&] {
    semaphore->acquire();
    semaphore->release();
  };
  expect_always({.fresh = [&] { semaphore.emplace(1); },
                 .prepare = attach,
                 .operation = acquire_and_release,
                 .recovery = acquire_and_release,
                 .survivor =
                     [&] {
                       acquire_and_release();
                       return std::to_string(semaphore->value()) + " left";
                     }},
                "1 left");
}

// Whatever the two have put, the third finds whole, each at most once and in order.
template <typename Q>
class QueueDoubleKillTest : public DoubleKillTest {
 protected:
  Walk killed_in(std::function<void()> operation, std::function<void()> recovery) {
    return {.fresh =
                [this] {
                  queue_.emplace(8);
                  put(1);
                },
            .prepare = attach,
            .operation = std::move(operation),
            .recovery = std::move(recovery),
            .survivor = [this]() -> std::string {
              long seen = 0;
              while (const auto next = queue_->try_get()) {
                const long number = number_of(*next);
                if (number < 1 || number > 3) return "torn";
                if ((seen & (1 << number)) != 0) return "found twice";
                seen |= 1 << number;
              }
              put(4);
              return number_of(queue_->get()) == 4 ? "whole" : "broken";
            }};
  }
  void put(long number) { queue_->put(item<Pair>(number)); }

  std::optional<Q> queue_;
};
using Queues = ::testing::Types<Queue<Pair>, LifoQueue<Pair>, PriorityQueue<Pair>>;
TYPED_TEST_SUITE(QueueDoubleKillTest, Queues);

TYPED_TEST(QueueDoubleKillTest, AQueueIsWholeAfterTwoPutsOrTwoGets) {
  const auto get = [this] { (void)this->queue_->get(); };
  this->expect_always(this->killed_in([this] { this->put(2); }, [this] { this->put(3); }), "whole");
  this->expect_always(this->killed_in(get,
                                      [&] {
                                        this->put(3);
                                        get();
                                      }),
                      "whole");
}

TEST_F(DoubleKillTest, AnEventLetsItsWaiterGo) {
  std::optional<Event<Processes>> event;
  expect_always({.fresh =
                     [&] {
                       event.emplace();
                       start_waiter([&] { event->wait(); });
                     },
                 .prepare = attach,
                 .operation = [&] { event->set(); },
                 .recovery =
                     [&] {
                       event->clear();
                       event->set();
                     },
                 .survivor = [&]() -> std::string {
                   event->set();
                   await(done_[0]);
                   return "let go";
                 },
                 .after = [&] { return peers_.end(); }},
                "let go");
}

// The first victim has been notified; the second, which passes that on, dies in the middle of it.
TEST_F(DoubleKillTest, AConditionsNotificationReachesTheThird) {
  std::optional<Condition<Processes>> condition;
  const auto wait = [&] {
    condition->lock();
    condition->wait();
    condition->unlock();
  };
  expect_always({.fresh = [&] { condition.emplace(); },
                 .prepare = attach,
                 .operation = wait,
                 .others = [&] { start_waiter(wait); },
                 .wake =
                     [&] {
                       const std::scoped_lock hold(*condition);
                       condition->notify_one();
                     },
                 .most_points = kPairsBesideAPeer,
                 .recovery =
                     [&] {
                       const std::scoped_lock hold(*condition);
                       (void)condition->wait_for(std::chrono::nanoseconds(1));
                     },
                 .survivor = [&]() -> std::string {
                   condition->lock();
                   condition->notify_all();  // which skips those that have been notified and hang
                   condition->unlock();
                   await(done_[0]);
                   return "all woke";
                 },
                 .after = [&] { return peers_.end(); }},
                "all woke");
}

// Two of three come and die; a waiter passes or gets BrokenBarrier, and after a reset it serves again.
TEST_F(DoubleKillTest, ABarrierThrowsInItsWaitersAndCanBeReset) {
  std::optional<Barrier<Processes>> barrier;
  const auto come = [&] {
    try {
      (void)barrier->wait_for(std::chrono::nanoseconds(1));
    } catch (const BrokenBarrier&) {
    }
  };
  expect_always({.fresh =
                     [&] {
                       barrier.emplace(3);
                       start_waiter([&] {
                         try {
                           (void)barrier->wait();
                         } catch (const BrokenBarrier&) {
                         }
                       });
                     },
                 .prepare = attach,
                 .operation = come,
                 .most_points = kPairsBesideAPeer,
                 .recovery = come,
                 .survivor = [&]() -> std::string {
                   come();
                   await(done_[0]);
                   barrier->reset();
                   return barrier->broken() ? "broken for ever" : "seen, and as new";
                 },
                 .after = [&] { return peers_.end(); }},
                "seen, and as new");
}

}  // namespace
}  // namespace gilfree::testing
