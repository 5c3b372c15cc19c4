// Event under kill -9: every instruction of set, clear and wait.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "gilfree/event.h"
#include "primitives/tests/support/crash_test.h"

namespace gilfree::testing {
namespace {

class EventCrashTest : public CrashTest {
 protected:
  pid_t start_waiter() {
    let_go_[0] = 0;
    return peers_.start_asleep([&] {
      event_->wait();
      let_go_[0] = 1;
      ::pause();
    });
  }

  std::string state() const { return event_->is_set() ? "set" : "not set"; }

  // A waiter sleeps on if and only if the event is not set.
  std::string what_becomes_of(pid_t waiter) {
    while (let_go_[0] == 0) {
      if (!event_->is_set() && state_of(waiter) == 'S' && let_go_[0] == 0) return "waits";
      ::usleep(20);
    }
    return "let go, " + state();
  }

  std::optional<Event<Processes>> event_;
  Ledger<Processes> let_go_{1};
};

TEST_F(EventCrashTest, ASetKilledAnywhereHasSetItOrHasNot) {
  expect_one_edge({.fresh = [&] { event_.emplace(); },
                   .prepare = attach,
                   .operation = [&] { event_->set(); },
                   .survivor = [&] { return state(); }},
                  "not set", "set");
}

TEST_F(EventCrashTest, AClearKilledAnywhereHasClearedItOrHasNot) {
  expect_one_edge({.fresh =
                       [&] {
                         event_.emplace();
                         event_->set();
                       },
                   .prepare = attach,
                   .operation = [&] { event_->clear(); },
                   .survivor = [&] { return state(); }},
                  "set", "not set");
}

TEST_F(EventCrashTest, AWaiterAsleepIsLetGoIfAndOnlyIfAKilledSetHasSetIt) {
  pid_t waiter = 0;
  expect_one_edge({.fresh =
                       [&] {
                         event_.emplace();
                         waiter = start_waiter();
                       },
                   .prepare = attach,
                   .operation = [&] { event_->set(); },
                   .survivor = [&] { return what_becomes_of(waiter); },
                   .after = [&] { return peers_.end(); }},
                  "waits", "let go, set");
}

TEST_F(EventCrashTest, KilledOnItsWayToSleepAnotherWaiterIsLetGoBySet) {
  pid_t waiter = 0;
  expect_only({.fresh =
                   [&] {
                     event_.emplace();
                     waiter = start_waiter();
                   },
               .prepare = attach,
               .operation = [&] { event_->wait(); },
               .ends_asleep = true,
               .most_rounds = 1,
               .afterwards = [&] { event_->set(); },
               .survivor = [&] { return what_becomes_of(waiter); },
               .after = [&] { return peers_.end(); }},
              {{"let go, set", 1}});
}

TEST_F(EventCrashTest, KilledAfterItWasWokenAnotherWaiterIsLetGoToo) {
  pid_t waiter = 0;
  expect_only({.fresh = [&] { event_.emplace(); },
               .prepare = attach,
               .operation = [&] { event_->wait(); },
               .others = [&] { waiter = start_waiter(); },
               .wake = [&] { event_->set(); },
               .most_rounds = 1,
               .survivor = [&] { return what_becomes_of(waiter); },
               .after = [&] { return peers_.end(); }},
              {{"let go, set", 1}});
}

// Let go also by a set that is cleared at once, unless the victim died before it had set it.
TEST_F(EventCrashTest, KilledInSetAndClearAWaiterIsLetGoOnceItWasSet) {
  pid_t waiter = 0;
  expect_only({.fresh =
                   [&] {
                     event_.emplace();
                     waiter = start_waiter();
                   },
               .prepare = attach,
               .operation =
                   [&] {
                     event_->set();
                     event_->clear();
                   },
               .survivor = [&]() -> std::string {
                 return wakes(waiter, let_go_[0]) ? "let go, " + state() : "waits, " + state();
               },
               .after = [&] { return peers_.end(); }},
              {{"waits, not set", 1}, {"let go, set", 1}, {"let go, not set", 1}});
}

}  // namespace
}  // namespace gilfree::testing
