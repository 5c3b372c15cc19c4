// Barrier under kill -9: every instruction of wait as the first, a middle and the last party, of reset
// and of abort. All of a round pass or all get BrokenBarrier, none hangs, and it can be reset.
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "gilfree/barrier.h"
#include "primitives/tests/support/crash_test.h"

namespace gilfree::testing {
namespace {

constexpr int kParties = 3;

class BarrierCrashTest : public CrashTest {
 protected:
  enum Outcome { kOpen, kPassed, kBroken };

  void make() {
    barrier_.emplace(kParties);
    for (int i = 0; i < kParties + 1; ++i) outcomes_[i] = kOpen;
    started_ = 0;
  }

  // A party's life: arrives, reports the result, and arrives once more when asked.
  pid_t start_party() {
    return peers_.start([this, me = started_++] {
      outcomes_[me] = come();
      await(outcomes_[kAgain]);
      if (me < kParties - 1) (void)come();
      ::pause();
    });
  }
  void make_with_waiting(int parties) {
    make();
    while (started_ < parties) {
      const pid_t party = start_party();
      while (barrier_->n_waiting() < started_) ::usleep(20);
      await_sleep(party);
    }
  }
  // Once the victim is dead: as many as the round still needs, whether the dead one came or not; or,
  // if it has ended, as many as what_came_of_it() wants.
  void complete_the_round() {
    const int came = barrier_->n_waiting();
    const bool has_ended = started_ > 0 && came == 0;
    for (int missing = has_ended ? kParties - 1 - started_ : kParties - came; missing > 0;) {
      start_party();
      --missing;
    }
  }

  Outcome come() {
    try {
      barrier_->wait();
      return kPassed;
    } catch (const BrokenBarrier&) {
      return kBroken;
    }
  }

  // What came of the round; then a full round must pass.
  std::string what_came_of_it() {
    for (int i = 0; i < started_; ++i) await(outcomes_[i]);
    for (int i = 1; i < started_; ++i) {
      if (outcomes_[i] != outcomes_[0]) return "some passed";
    }
    if (outcomes_[0] == kPassed && barrier_->broken()) return "broken though all passed";
    barrier_->reset();
    outcomes_[kAgain] = 1;
    if (come() != kPassed) return "cannot be reset";
    return outcomes_[0] == kPassed ? "all passed" : "all broken";
  }

  // Killed on its way into the barrier or to sleep there.
  Walk one_who_comes(std::function<void()> fresh) {
    return {.fresh = std::move(fresh),
            .prepare = attach,
            .operation = [&] { (void)come(); },
            .ends_asleep = true,
            .most_rounds = 1,
            .afterwards = [&] { complete_the_round(); },
            .survivor = [&] { return what_came_of_it(); },
            .after = [&] { return peers_.end(); }};
  }

  static constexpr int kAgain = kParties;

  std::optional<Barrier<Processes>> barrier_;
  Ledger<Processes> outcomes_{kParties + 1};
  int started_ = 0;
};

TEST_F(BarrierCrashTest, KilledAsTheFirstItHasNotComeOrTheBarrierBreaks) {
  expect_one_edge(one_who_comes([&] { make(); }), "all passed", "all broken");
}

TEST_F(BarrierCrashTest, KilledInTheMiddleWithAnotherAsleepItHasNotComeOrTheBarrierBreaks) {
  expect_one_edge(one_who_comes([&] { make_with_waiting(1); }), "all passed", "all broken");
}

// Before it has come another takes its place; from then on the round is complete.
TEST_F(BarrierCrashTest, KilledAsTheLastToComeAllPass) {
  expect_only({.fresh = [&] { make_with_waiting(2); },
               .prepare = attach,
               .operation = [&] { (void)come(); },
               .most_rounds = 2,
               .afterwards = [&] { complete_the_round(); },
               .survivor = [&] { return what_came_of_it(); },
               .after = [&] { return peers_.end(); }},
              {{"all passed", 1}});
}

TEST_F(BarrierCrashTest, KilledAfterItWasWokenTheOthersPassOrItBreaks) {
  expect_only({.fresh = [&] { make(); },
               .prepare = attach,
               .operation = [&] { (void)come(); },
               .wake =
                   [&] {
                     start_party();
                     start_party();
                   },
               .most_rounds = 1,
               .survivor = [&] { return what_came_of_it(); },
               .after = [&] { return peers_.end(); }},
              {{"all passed", 1}, {"all broken", 1}});
}

TEST_F(BarrierCrashTest, AResetKilledAnywhereHasEndedTheRoundOrHasNot) {
  expect_one_edge({.fresh = [&] { make_with_waiting(2); },
                   .prepare = attach,
                   .operation = [&] { barrier_->reset(); },
                   .most_rounds = 2,
                   .afterwards = [&] { complete_the_round(); },
                   .survivor = [&] { return what_came_of_it(); },
                   .after = [&] { return peers_.end(); }},
                  "all passed", "all broken");
}

TEST_F(BarrierCrashTest, AnAbortKilledAnywhereHasBrokenItOrHasNot) {
  expect_one_edge({.fresh = [&] { make_with_waiting(2); },
                   .prepare = attach,
                   .operation = [&] { barrier_->abort(); },
                   .most_rounds = 2,
                   .afterwards = [&] { complete_the_round(); },
                   .survivor = [&] { return what_came_of_it(); },
                   .after = [&] { return peers_.end(); }},
                  "all passed", "all broken");
}

}  // namespace
}  // namespace gilfree::testing
