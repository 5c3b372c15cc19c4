// Semaphore and BoundedSemaphore under kill -9: every instruction of acquire and release.
//
// A bounded one must have, wherever its victim dies, as many permits as it was made with but for
// those that the living hold. A Semaphore's victim takes along what it held, and nothing else.
#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>

#include "gilfree/semaphore.h"
#include "primitives/tests/support/crash_test.h"

namespace gilfree::testing {
namespace {

template <typename S>
class PermitsCrashTest : public CrashTest {
 protected:
  // Counts the permits in two ways.
  std::string left() {
    const auto value = semaphore_->value();
    std::int64_t taken = 0;
    while (semaphore_->try_acquire()) ++taken;
    return taken == value ? std::to_string(taken) + " left" : "miscounted";
  }

  // A peer's life: waits for a permit and ends.
  pid_t start_waiter() {
    got_[0] = 0;
    return peers_.start_asleep([&] {
      semaphore_->acquire();
      got_[0] = 1;
      ::pause();
    });
  }

  std::string what_the_waiter_got() {
    await(got_[0]);
    return "got it, " + left();
  }
  // Once the victim is dead: the waiter must get what there is; sleep on if there is nothing.
  std::string what_the_waiter_gets(pid_t waiter) {
    while (got_[0] == 0) {
      if (semaphore_->value() == 0 && state_of(waiter) == 'S' && got_[0] == 0) return "waits";
      ::usleep(20);
    }
    return "got it, " + left();
  }

  std::optional<S> semaphore_;
  Ledger<Processes> got_{1};
};

using SemaphoreCrashTest = PermitsCrashTest<Semaphore<Processes>>;
using BoundedSemaphoreCrashTest = PermitsCrashTest<BoundedSemaphore<Processes>>;

TEST_F(SemaphoreCrashTest, AnAcquireKilledAnywhereHasTakenAPermitOrHasNot) {
  expect_one_edge({.fresh = [&] { semaphore_.emplace(2); },
                   .prepare = attach,
                   .operation = [&] { semaphore_->acquire(); },
                   .survivor = [&] { return left(); }},
                  "2 left", "1 left");
}

TEST_F(SemaphoreCrashTest, AReleaseKilledAnywhereHasGivenOrHasNot) {
  expect_one_edge({.fresh = [&] { semaphore_.emplace(0); },
                   .prepare = attach,
                   .operation = [&] { semaphore_->release(2); },
                   .survivor = [&] { return left(); }},
                  "0 left", "2 left");
}

TEST_F(SemaphoreCrashTest, AWaiterAsleepGetsWhatAKilledReleaseGave) {
  pid_t waiter = 0;
  expect_one_edge({.fresh =
                       [&] {
                         semaphore_.emplace(0);
                         waiter = start_waiter();
                       },
                   .prepare = attach,
                   .operation = [&] { semaphore_->release(); },
                   .survivor = [&] { return what_the_waiter_gets(waiter); },
                   .after = [&] { return peers_.end(); }},
                  "waits", "got it, 0 left");
}

// Two permits for the two that wait: the other must get one, even if the dead one was to wake it. The
// dead one's is lost from the moment it has taken it.
TEST_F(SemaphoreCrashTest, KilledAfterItWasWokenTheNextGetsAPermitToo) {
  expect_one_edge({.fresh = [&] { semaphore_.emplace(0); },
                   .prepare = attach,
                   .operation = [&] { semaphore_->acquire(); },
                   .others = [&] { start_waiter(); },
                   .wake =
                       [&] {
                         semaphore_->release();
                         semaphore_->release();
                       },
                   .most_rounds = 1,
                   .survivor = [&] { return what_the_waiter_got(); },
                   .after = [&] { return peers_.end(); }},
                  "got it, 1 left", "got it, 0 left");
}

TEST_F(BoundedSemaphoreCrashTest, AnAcquireOrAReleaseKilledAnywhereCostsNoPermit) {
  expect_only({.fresh = [&] { semaphore_.emplace(2); },
               .prepare = attach,
               .operation =
                   [&] {
                     semaphore_->acquire();
                     semaphore_->acquire();
                     semaphore_->release();
                     semaphore_->release(1);
                   },
               .survivor = [&] { return left(); }},
              {{"2 left", 1}});
}

TEST_F(BoundedSemaphoreCrashTest, WhatTheLivingHoldTheyKeep) {
  expect_only({.fresh =
                   [&] {
                     semaphore_.emplace(3);
                     semaphore_->acquire();
                   },
               .prepare = attach,
               .operation =
                   [&] {
                     semaphore_->acquire();
                     semaphore_->release();
                   },
               .survivor = [&] { return left(); }},
              {{"2 left", 1}});
}

// Of the two permits one is free. What is refused touches the other one at no instruction.
TEST_F(BoundedSemaphoreCrashTest, ARefusedReleaseKilledAnywhereLeavesThePermitToItsHolder) {
  expect_only({.fresh =
                   [&] {
                     semaphore_.emplace(2);
                     semaphore_->acquire();
                   },
               .prepare = attach,
               .operation =
                   [&] {
                     try {
                       semaphore_->release(2);
                     } catch (const std::logic_error&) {
                     }
                   },
               .most_rounds = 2,
               .survivor = [&] { return left(); }},
              {{"1 left", 1}});
}

TEST_F(BoundedSemaphoreCrashTest, AnAcquireOfADeadOnesPermitMayBeKilledToo) {
  expect_only({.fresh =
                   [&] {
                     semaphore_.emplace(1);
                     end(fork_child([&] {
                       semaphore_->acquire();
                       ::raise(SIGKILL);
                     }));
                   },
               .prepare = attach,
               .operation =
                   [&] {
                     semaphore_->acquire();
                     semaphore_->release();
                   },
               .most_rounds = 2,
               .survivor = [&] { return left(); }},
              {{"1 left", 1}});
}

TEST_F(BoundedSemaphoreCrashTest, AWaiterAsleepGetsWhateverBecomesOfTheHolder) {
  pid_t waiter = 0;
  Ledger<Processes> held(1);
  expect_only({.fresh =
                   [&] {
                     semaphore_.emplace(1);
                     held[0] = got_[0] = 0;
                     waiter = peers_.start([&] {
                       await(held[0]);
                       semaphore_->acquire();
                       got_[0] = 1;
                       ::pause();
                     });
                   },
               .prepare =
                   [&] {
                     semaphore_->acquire();
                     held[0] = 1;
                     await_sleep(waiter);
                   },
               .operation = [&] { semaphore_->release(); },
               .most_rounds = 1,
               .survivor = [&] { return what_the_waiter_got(); },
               .after = [&] { return peers_.end(); }},
              {{"got it, 0 left", 1}});
}

TEST_F(BoundedSemaphoreCrashTest, KilledAfterItWasWokenTheNextGetsAPermitAndNoneIsLost) {
  expect_only({.fresh =
                   [&] {
                     semaphore_.emplace(2);
                     semaphore_->acquire();
                     semaphore_->acquire();
                   },
               .prepare = attach,
               .operation = [&] { semaphore_->acquire(); },
               .others = [&] { start_waiter(); },
               .wake =
                   [&] {
                     semaphore_->release();
                     semaphore_->release();
                   },
               .most_rounds = 1,
               .survivor = [&] { return what_the_waiter_got(); },
               .after = [&] { return peers_.end(); }},
              {{"got it, 1 left", 1}});
}

}  // namespace
}  // namespace gilfree::testing
