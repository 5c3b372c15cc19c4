// A bias owner stands still at each instruction while another takes the mutex again and again, by a bias too;
// then it goes on. However late it is, no two are inside at a time (docs/adr/0003-biased-mutex.md).
//
// The other one's owner id has the same lowest bits, so that both store to the same word of inside_.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "gilfree/detail/lock/biased_mutex.h"
#include "gilfree/detail/memory/state_memory.h"
#include "primitives/tests/support/crash_test.h"

namespace gilfree::testing {
namespace {

// So many owner ids with different lowest bits, and so many locks in a row as bring a bias, also a second one.
constexpr int kEnds = 16, kLocks = 300;

class BiasedMutexFreezeTest : public CrashTest {
 protected:
  struct State {
    detail::BiasedMutex<Processes> mutex;
    std::atomic<int> inside{0}, collisions{0};
    int locks = 0;  // guarded by mutex
  };

  // Locks the mutex and does something under it.
  template <typename Something>
  void lock_once(Something something) {
    auto& state = **state_;
    detail::BiasedGuard guard(state.mutex, [] {});
    if (state.inside.fetch_add(1) != 0) ++state.collisions;
    const int before = state.locks;
    something();
    state.locks = before + 1;
    state.inside.fetch_sub(1);
  }
  void lock_often(int times) {
    for (int i = 0; i < times; ++i) lock_once([] {});
  }

  // The first of those who attach now: the other. The last: the bias owner, as many slots behind.
  void start_the_other() {
    other_ = peers_.start([&] {
      notified_[kOthersEnd] = lowest_bits_of_owner_id();
      await(notified_[kGo]);
      notified_[kGone] = 1;
      lock_often(kLocks);
      lock_once([&] {
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
  static std::int64_t lowest_bits_of_owner_id() {
    return static_cast<std::int64_t>(detail::self<Processes>() % kEnds) + 1;
  }

  // Returns when the other is inside, or waits until the bias owner is outside.
  void let_the_other_go() {
    notified_[kGo] = 1;
    await(notified_[kGone]);
    while (notified_[kInside] == 0 && state_of(other_) != 'S') ::usleep(50);
  }

  std::string what_became_of_it() {
    await(notified_[kLesseeDone]);
    await(notified_[kOtherDone]);
    lock_often(1);
    const auto& state = **state_;
    if (notified_[kOthersEnd] != notified_[kLesseesEnd]) return "their words differ";
    if (state.collisions != 0) return "two inside";
    return state.locks == 2 * kLocks + 3 ? "one at a time" : "locks lost";
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

TEST_F(BiasedMutexFreezeTest, ABiasOwnerFrozenAnywhereAndLateLetsNoTwoInAtATime) {
  expect(freeze_at_every_instruction({.fresh =
                                          [&] {
                                            state_.emplace(0);
                                            for (int i = 0; i < kWords; ++i) notified_[i] = 0;
                                            start_the_other();
                                          },
                                      .prepare =
                                          [&] {
                                            notified_[kLesseesEnd] = lowest_bits_of_owner_id();
                                            lock_often(kLocks);
                                          },
                                      .operation =
                                          [&] {
                                            lock_often(1);
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
