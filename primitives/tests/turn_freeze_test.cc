// A turn's lessee stands still at each instruction while another has turn after turn, lease and all;
// then it goes on. However late it is, nobody is inside beside another (docs/adr/0003-biased-mutex.md).
//
// The other one's token ends as the lessee's does, so that both leave their mark in the same word.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "gilfree/detail/lock/biased_mutex.h"
#include "gilfree/detail/memory/state_memory.h"
#include "primitives/tests/support/crash_test.h"

namespace gilfree::testing {
namespace {

// So many tokens with different ends, and so many turns in a row as bring a lease, also a second one.
constexpr int kEnds = 16, kTurns = 300;

class TurnFreezeTest : public CrashTest {
 protected:
  struct State {
    detail::BiasedMutex<Processes> turn;
    std::atomic<int> inside{0}, collisions{0};
    int turns = 0;  // guarded by turn
  };

  // A turn, in which it does something.
  template <typename Something>
  void take_turn(Something something) {
    auto& state = **state_;
    detail::BiasedGuard guard(state.turn, [] {});
    if (state.inside.fetch_add(1) != 0) ++state.collisions;
    const int before = state.turns;
    something();
    state.turns = before + 1;
    state.inside.fetch_sub(1);
  }
  void take_turns(int turns) {
    for (int i = 0; i < turns; ++i) take_turn([] {});
  }

  // The first of those who attach now: the other. The last: the lessee, as many places behind.
  void start_the_other() {
    other_ = peers_.start([&] {
      notified_[kOthersEnd] = end_of_token();
      await(notified_[kGo]);
      notified_[kGone] = 1;
      take_turns(kTurns);
      take_turn([&] {
        notified_[kInside] = 1;
        await(notified_[kLeave]);
      });
      notified_[kOtherDone] = 1;
      ::pause();
    });
    await(notified_[kOthersEnd]);
    for (int i = 1; i < kEnds; ++i) {
      notified_[kAttached] = 0;
      peers_.start([&] {
        notified_[kAttached] = 1;
        ::pause();
      });
      await(notified_[kAttached]);
    }
  }
  static std::int64_t end_of_token() {
    return static_cast<std::int64_t>(detail::self<Processes>() % kEnds) + 1;
  }

  // Returns when the other is inside, or waits until the lessee is outside.
  void let_the_other_go() {
    notified_[kGo] = 1;
    await(notified_[kGone]);
    while (notified_[kInside] == 0 && state_of(other_) != 'S') ::usleep(50);
  }

  std::string what_became_of_it() {
    await(notified_[kLesseeDone]);
    await(notified_[kOtherDone]);
    take_turns(1);
    const auto& state = **state_;
    if (notified_[kOthersEnd] != notified_[kLesseesEnd]) return "their words differ";
    if (state.collisions != 0) return "two inside";
    return state.turns == 2 * kTurns + 3 ? "one at a time" : "turns lost";
  }

  enum Word {
    kOthersEnd,
    kAttached,
    kGo,
    kGone,
    kInside,
    kLeave,
    kOtherDone,
    kLesseesEnd,
    kLesseeDone,
    kWords
  };
  std::optional<detail::StateMemory<State, Processes>> state_;
  Ledger<Processes> notified_{kWords};
  pid_t other_ = 0;
};

TEST_F(TurnFreezeTest, ALesseeFrozenAnywhereAndLateLetsNobodyInBesideAnother) {
  expect(freeze_at_every_instruction({.fresh =
                                          [&] {
                                            state_.emplace(0);
                                            for (int i = 0; i < kWords; ++i) notified_[i] = 0;
                                            start_the_other();
                                          },
                                      .prepare =
                                          [&] {
                                            notified_[kLesseesEnd] = end_of_token();
                                            take_turns(kTurns);
                                          },
                                      .operation =
                                          [&] {
                                            take_turns(1);
                                            notified_[kLesseeDone] = 1;
                                          },
                                      .meanwhile = [&] { let_the_other_go(); },
                                      .goes_on = true,
                                      .afterwards = [&] { notified_[kLeave] = 1; },
                                      .survivor = [&] { return what_became_of_it(); },
                                      .after = [&] { return peers_.end(); }}),
         {{"one at a time", 1}});
}

}  // namespace
}  // namespace gilfree::testing
