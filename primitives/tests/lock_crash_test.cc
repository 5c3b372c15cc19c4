// Lock and RLock under kill -9: every instruction of lock, try_lock and unlock.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "gilfree/lock.h"
#include "primitives/tests/support/crash_test.h"

namespace gilfree::testing {
namespace {

template <typename L>
class LockCrashTest : public CrashTest {
 protected:
  // Takes the lock twice: returns what the first time reported, and checks that the second is like any other.
  std::string take() {
    lock_->lock();
    const bool abandoned = lock_->abandoned();
    lock_->unlock();
    if (lock_->owned()) return "held twice";
    lock_->lock();
    if (lock_->abandoned()) return "seen twice";
    lock_->unlock();
    return abandoned ? "abandoned" : "free";
  }

  // Leaves the lock held by a process that is dead.
  void leave_to_the_dead() {
    const pid_t holder = fork_child([&] { lock_->lock(); });
    ::waitpid(holder, nullptr, 0);
  }

  // A peer's life: waits for the lock, writes down how it got it, gives it back.
  void wait_for_it() {
    lock_->lock();
    got_[0] = lock_->abandoned() ? 2 : 1;
    lock_->unlock();
  }
  // Waits until the waiter had it, and takes it next: which of the two calls reported the death
  // holding it.
  std::string what_the_waiter_got() {
    await(got_[0]);
    const bool seen = got_[0] == 2;
    const std::string after = take();
    if (after == "abandoned") return seen ? "seen by both" : "seen by next";
    return after != "free" ? after : seen ? "seen by waiter" : "seen by none";
  }

  std::optional<L> lock_;
  Ledger<Processes> got_{2};
};

using Locks = ::testing::Types<Lock<Processes>, RLock<Processes>>;
TYPED_TEST_SUITE(LockCrashTest, Locks);

TYPED_TEST(LockCrashTest, KilledInLockAndUnlockItIsFreeOrAbandonedAndTheNextSeesItOnce) {
  auto& lock = this->lock_;
  this->expect_two_edges({.fresh = [&] { lock.emplace(); },
                          .prepare = this->attach,
                          .operation =
                              [&] {
                                lock->lock();
                                lock->unlock();
                              },
                          .survivor = [&] { return this->take(); }},
                         "free", "abandoned");
}

// The first use in a process also makes it a participant.
TYPED_TEST(LockCrashTest, KilledInItsFirstTryLockEverItIsFreeOrAbandoned) {
  auto& lock = this->lock_;
  this->expect_one_edge({.fresh = [&] { lock.emplace(); },
                         .operation = [&] { (void)lock->try_lock(); },
                         .survivor = [&] { return this->take(); }},
                        "free", "abandoned");
}

TYPED_TEST(LockCrashTest, KilledInATryLockThatFailsItLeavesNoTrace) {
  auto& lock = this->lock_;
  this->expect_only({.fresh =
                         [&] {
                           lock.emplace();
                           lock->lock();
                         },
                     .prepare = this->attach,
                     .operation = [&] { (void)lock->try_lock(); },
                     .afterwards = [&] { lock->unlock(); },
                     .survivor = [&] { return this->take(); }},
                    {{"free", 1}});
}

TYPED_TEST(LockCrashTest, KilledWhileItTakesOverFromTheDeadTheNextSeesItInstead) {
  auto& lock = this->lock_;
  this->expect_one_edge({.fresh =
                             [&] {
                               lock.emplace();
                               this->leave_to_the_dead();
                             },
                         .prepare = this->attach,
                         .operation =
                             [&] {
                               lock->lock();
                               lock->unlock();
                             },
                         .survivor = [&] { return this->take(); }},
                        "abandoned", "free");
}

TYPED_TEST(LockCrashTest, KilledInUnlockAWaiterAsleepGetsTheLock) {
  auto& lock = this->lock_;
  auto& got = this->got_;
  pid_t waiter = 0;
  this->expect_one_edge(
      {.fresh =
           [&] {
             lock.emplace();
             got[0] = got[1] = 0;
             waiter = this->peers_.start([&] {
               await(got[1]);
               this->wait_for_it();
             });
           },
       .prepare =
           [&] {
             lock->lock();
             got[1] = 1;
             await_sleep(waiter);
           },
       .operation = [&] { lock->unlock(); },
       .most_rounds = 1,
       .most_missed = 0.25,  // how long it yields to the waiter, behind the wake-up
       .survivor = [&] { return this->what_the_waiter_got(); },
       .after = [&] { return this->peers_.end(); }},
      "seen by waiter", "seen by none");
}

TYPED_TEST(LockCrashTest, KilledOnItsWayToSleepAnotherWaiterGetsTheLock) {
  auto& lock = this->lock_;
  this->expect_only({.fresh =
                         [&] {
                           lock.emplace();
                           this->got_[0] = 0;
                           lock->lock();
                           this->peers_.start_asleep([&] { this->wait_for_it(); });
                         },
                     .prepare = this->attach,
                     .operation = [&] { lock->lock(); },
                     .ends_asleep = true,
                     .most_rounds = 1,
                     .afterwards = [&] { lock->unlock(); },
                     .survivor = [&] { return this->what_the_waiter_got(); },
                     .after = [&] { return this->peers_.end(); }},
                    {{"seen by none", 1}});
}

TYPED_TEST(LockCrashTest, KilledAfterItWasWokenTheNextWaiterGetsTheLock) {
  auto& lock = this->lock_;
  this->expect_only({.fresh =
                         [&] {
                           lock.emplace();
                           this->got_[0] = 0;
                           lock->lock();
                         },
                     .prepare = this->attach,
                     .operation =
                         [&] {
                           lock->lock();
                           lock->unlock();
                         },
                     .others = [&] { this->peers_.start_asleep([&] { this->wait_for_it(); }); },
                     .wake = [&] { lock->unlock(); },
                     .most_rounds = 1,
                     .most_missed = 0.25,  // which is awake first
                     .survivor = [&] { return this->what_the_waiter_got(); },
                     .after = [&] { return this->peers_.end(); }},
                    {{"seen by waiter", 1}, {"seen by none", 1}, {"seen by next", 1}});
}

// Two deaths, of which each may be reported: the holder's wakes the victim, and the victim's wakes the
// other, unless that one came first.
TYPED_TEST(LockCrashTest, KilledAfterItWasWokenByTheHoldersDeathTheNextWaiterGetsTheLock) {
  auto& lock = this->lock_;
  pid_t holder = 0;
  this->expect_only({.fresh =
                         [&] {
                           lock.emplace();
                           this->got_[0] = this->got_[1] = 0;
                           holder = this->peers_.start([&] {
                             lock->lock();
                             this->got_[1] = 1;
                             ::pause();
                           });
                           await(this->got_[1]);
                         },
                     .prepare = this->attach,
                     .operation =
                         [&] {
                           lock->lock();
                           lock->unlock();
                         },
                     .others = [&] { this->peers_.start_asleep([&] { this->wait_for_it(); }); },
                     .wake = [&] { ::kill(holder, SIGKILL); },
                     .most_rounds = 1,
                     .most_missed = 0.25,  // which waiter the kernel wakes, and which comes first
                     .survivor = [&] { return this->what_the_waiter_got(); },
                     .after = [&] { return this->peers_.end(); }},
                    {{"seen by waiter", 1}, {"seen by none", 1}, {"seen by both", 1}});
}

// Another process takes and gives it meanwhile, so the victim's path varies.
TYPED_TEST(LockCrashTest, KilledInTheMiddleOfTrafficTheTrafficGoesOn) {
  auto& lock = this->lock_;
  Ledger<Processes> rounds(1);
  this->expect_only({.fresh =
                         [&] {
                           lock.emplace();
                           rounds[0] = 0;
                           this->peers_.start([&] {
                             for (;; rounds[0]++) {
                               lock->lock();
                               lock->unlock();
                             }
                           });
                           while (rounds[0] < 100) std::this_thread::yield();
                         },
                     .prepare = this->attach,
                     .operation =
                         [&] {
                           lock->lock();
                           lock->unlock();
                         },
                     .contended = true,
                     .most_points = 250,
                     .least_points = 250,  // some of a path is only there if the other has the lock
                     .most_rounds = 1,
                     .survivor =
                         [&] {
                           const auto before = rounds[0].load();
                           while (rounds[0] < before + 10) std::this_thread::yield();
                           return this->take() == "seen twice" ? "seen twice" : "traffic goes on";
                         },
                     .after = [&] { return this->peers_.end(); }},
                    {{"traffic goes on", 1}});
}

using RLockCrashTest = LockCrashTest<RLock<Processes>>;

TEST_F(RLockCrashTest, KilledHoldingItTwiceTheNextHoldsItOnce) {
  expect_two_edges({.fresh = [&] { lock_.emplace(); },
                    .prepare = attach,
                    .operation =
                        [&] {
                          lock_->lock();
                          lock_->lock();
                          lock_->unlock();
                          lock_->unlock();
                        },
                    .survivor = [&] { return take(); }},
                   "free", "abandoned");
}

}  // namespace
}  // namespace gilfree::testing
