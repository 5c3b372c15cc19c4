// Condition under kill -9: every instruction of wait and notify, with others asleep in it.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "gilfree/condition.h"
#include "primitives/tests/support/crash_test.h"

namespace gilfree::testing {
namespace {

class ConditionCrashTest : public CrashTest {
 protected:
  static constexpr int kMostWaiters = 3;

  void make() {
    changed_.emplace();
    for (int i = 0; i < kMostWaiters; ++i) woke_[i] = 0;
  }
  pid_t start_waiter(int number) {
    return waiters_[number] = peers_.start_asleep([this, number] {
      changed_->lock();
      changed_->wait();
      changed_->unlock();
      woke_[number] = 1;
      ::pause();
    });
  }
  void locked(const std::function<void()>& action) {
    changed_->lock();
    action();
    changed_->unlock();
  }

  // Notifies all anew: all must wake, also those that the dead one had not notified.
  std::string all_wake(int waiters) {
    locked([&] { changed_->notify_all(); });
    for (int i = 0; i < waiters; ++i) await(woke_[i]);
    locked([&] { (void)changed_->wait_for(std::chrono::nanoseconds(1)); });
    return "all woke";
  }

  // The dead one may have notified the first waiter. One more notification goes to the first that has
  // none, so the first wakes anyway: if it had one, because of the death.
  std::string one_more() {
    locked([&] { changed_->notify_one(); });
    await(woke_[0]);
    while (woke_[1] == 0) {
      if (state_of(waiters_[1]) == 'S' && woke_[1] == 0) return "one was notified";
    }
    return "two were notified";
  }

  std::optional<Condition<Processes>> changed_;
  Ledger<Processes> woke_{kMostWaiters};
  pid_t waiters_[kMostWaiters]{};
};

TEST_F(ConditionCrashTest, ANotifyOneKilledAnywhereHasNotifiedOneOrNoneAndTheOneWakes) {
  const Walk walk{.fresh =
                      [&] {
                        make();
                        start_waiter(0);
                        start_waiter(1);
                      },
                  .prepare = [&] { changed_->lock(); },
                  .operation = [&] { changed_->notify_one(); },
                  .survivor = [&] { return one_more(); },
                  .after = [&] { return peers_.end(); }};
  expect_one_edge(walk, "one was notified", "two were notified");
}

TEST_F(ConditionCrashTest, AnEmptyNotifyKilledAnywhereLeavesItUsable) {
  expect_only({.fresh = [&] { make(); },
               .operation = [&] { locked([&] { changed_->notify_all(); }); },
               .survivor = [&] { return all_wake(0); }},
              {{"all woke", 1}});
}

TEST_F(ConditionCrashTest, ANotifyOfTwoKilledAnywhereTheNotifiedWake) {
  expect_only({.fresh =
                   [&] {
                     make();
                     for (int i = 0; i < 3; ++i) start_waiter(i);
                   },
               .prepare = [&] { changed_->lock(); },
               .operation = [&] { changed_->notify(2); },
               .most_rounds = 3,
               .survivor = [&] { return all_wake(3); },
               .after = [&] { return peers_.end(); }},
              {{"all woke", 1}});
}

TEST_F(ConditionCrashTest, ANotifyAllAndUnlockKilledAnywhereTheNotifiedWake) {
  expect_only({.fresh =
                   [&] {
                     make();
                     start_waiter(0);
                     start_waiter(1);
                   },
               .prepare = [&] { changed_->lock(); },
               .operation =
                   [&] {
                     changed_->notify_all();
                     changed_->unlock();
                   },
               .most_rounds = 3,
               .survivor = [&] { return all_wake(2); },
               .after = [&] { return peers_.end(); }},
              {{"all woke", 1}});
}

// The dead one has waited longest, and is passed over.
TEST_F(ConditionCrashTest, AWaitKilledOnItsWayToSleepTakesNoNotificationOfAnother) {
  expect_only({.fresh = [&] { make(); },
               .prepare = attach,
               .operation = [&] { locked([&] { changed_->wait(); }); },
               .ends_asleep = true,
               .most_rounds = 1,
               .afterwards = [&] { start_waiter(0); },
               .survivor =
                   [&] {
                     locked([&] { changed_->notify_one(); });
                     await(woke_[0]);
                     return all_wake(0);
                   },
               .after = [&] { return peers_.end(); }},
              {{"all woke", 1}});
}

// The victim is notified; if it dies before it has left the list, the other is notified in its place.
TEST_F(ConditionCrashTest, KilledAfterItWasNotifiedTheNotificationGoesToTheNext) {
  const Walk walk{.fresh = [&] { make(); },
                  .prepare = attach,
                  .operation = [&] { locked([&] { changed_->wait(); }); },
                  .others = [&] { start_waiter(0); },
                  .wake = [&] { locked([&] { changed_->notify_one(); }); },
                  .most_rounds = 1,
                  .survivor = [&]() -> std::string {
                    if (wakes(waiters_[0], woke_[0])) return "passed on";
                    return all_wake(1) == "all woke" ? "used" : "";
                  },
                  .after = [&] { return peers_.end(); }};
  expect_one_edge(walk, "passed on", "used");
}

}  // namespace
}  // namespace gilfree::testing
