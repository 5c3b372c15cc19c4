// Who has announced that it is about to sleep is seen by a worker, whatever attention others draw.
#include "primitives/core/sleepers.h"

#include <gtest/gtest.h>
#include <sched.h>

#include "primitives/core/home.h"
#include "primitives/core/patience.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

template <typename S>
class SleepersTest : public Watchdog {
 protected:
  core::Home<core::Sleepers<S>, S> sleepers_{0};
};
TYPED_TEST_SUITE(SleepersTest, BothScopes);

TYPED_TEST(SleepersTest, NobodyIsSeenWhereNobodySleeps) {
  auto& sleepers = *this->sleepers_;
  EXPECT_FALSE(sleepers.any());
  sleepers.draw_attention();
  EXPECT_TRUE(sleepers.any());
  EXPECT_FALSE(sleepers.forget());
  EXPECT_FALSE(sleepers.any());
}

TYPED_TEST(SleepersTest, OneIsToldOfOnceUnlessTheFlagIsRaisedAgain) {
  auto& sleepers = *this->sleepers_;
  sleepers.announce();
  EXPECT_TRUE(sleepers.any());
  EXPECT_TRUE(sleepers.forget());
  EXPECT_FALSE(sleepers.any());
  sleepers.raise_again();
  EXPECT_TRUE(sleepers.any());
  EXPECT_TRUE(sleepers.forget());
  sleepers.withdraw();
  EXPECT_FALSE(sleepers.others_may_sleep());
}

// The worker draws its own attention for as long as nobody sleeps, so it lowers the flag all the time,
// and the sleeper comes at any moment of that. A flag that is lowered then, with the sleeper
// overlooked, stays low: who sleeps is told of no more.
TYPED_TEST(SleepersTest, WhoComesWhileTheFlagIsBeingLoweredIsNotOverlooked) {
  constexpr int kRounds = 1'000;
  enum { kTold, kLooks, kOver };
  auto& sleepers = *this->sleepers_;
  Ledger<TypeParam> ledger(3);
  Crew<TypeParam> worker;
  worker.start(1, [&](int) {
    for (; ledger[kOver] == 0; ledger[kLooks]++) {
      sleepers.others_may_sleep() ? (void)::sched_yield() : sleepers.draw_attention();
      if (sleepers.any() && sleepers.forget()) ledger[kTold]++;
    }
  });
  const auto await_looks = [&](int more) {
    for (const auto then = ledger[kLooks] + more; ledger[kLooks] < then;) ::sched_yield();
  };
  int overlooked = 0;
  for (int round = 0; round < kRounds; ++round) {
    await_looks(1);
    const auto told = ledger[kTold].load();
    for (int pauses = round % 64; pauses > 0; --pauses) core::relax();
    sleepers.announce();
    await_looks(3);
    overlooked += ledger[kTold] == told;
    sleepers.withdraw();
  }
  ledger[kOver] = 1;
  worker.join();
  EXPECT_EQ(overlooked, 0) << "of " << kRounds;
}

}  // namespace
}  // namespace gilfree::testing
