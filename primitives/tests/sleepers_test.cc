// A thread that has set the waiter flag before it sleeps is seen by a notifier, whatever attention others request.
#include <gtest/gtest.h>
#include <sched.h>

#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/memory/state_memory.h"
#include "gilfree/detail/wait/waiter_flag.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

template <typename S>
class SleepersTest : public Watchdog {
 protected:
  detail::StateMemory<detail::WaiterFlag<S>, S> waiters_{0};
};
TYPED_TEST_SUITE(SleepersTest, BothScopes);

TYPED_TEST(SleepersTest, NoneIsSeenWhereNoneSleeps) {
  auto& flag = *this->waiters_;
  EXPECT_FALSE(flag.is_set());
  flag.request_attention();
  EXPECT_TRUE(flag.is_set());
  EXPECT_FALSE(flag.clear());
  EXPECT_FALSE(flag.is_set());
}

TYPED_TEST(SleepersTest, OneIsSeenOnceUnlessTheFlagIsSetAgain) {
  auto& flag = *this->waiters_;
  EXPECT_TRUE(flag.set());
  EXPECT_TRUE(flag.is_set());
  EXPECT_TRUE(flag.clear());
  EXPECT_FALSE(flag.is_set());
  EXPECT_TRUE(flag.set_again());
  EXPECT_TRUE(flag.is_set());
  EXPECT_TRUE(flag.clear());
  flag.remove_waiter();
  EXPECT_FALSE(flag.others_may_wait());
}

// The worker draws its own attention for as long as no thread sleeps, so it lowers the flag all the time,
// and the sleeper comes at any moment of that. A flag that is lowered then, with the sleeper
// overlooked, stays low: the sleeper is not notified any more.
TYPED_TEST(SleepersTest, AWaiterThatComesWhileTheFlagIsBeingClearedIsNotOverlooked) {
  constexpr int kRounds = 1'000;
  enum { kNotified, kLooks, kOver };
  auto& sleepers = *this->waiters_;
  Ledger<TypeParam> ledger(3);
  Crew<TypeParam> worker;
  worker.start(1, [&](int) {
    for (; ledger[kOver] == 0; ledger[kLooks]++) {
      sleepers.others_may_wait() ? (void)::sched_yield() : sleepers.request_attention();
      if (sleepers.is_set() && sleepers.clear()) ledger[kNotified]++;
    }
  });
  const auto await_looks = [&](int more) {
    for (const auto then = ledger[kLooks] + more; ledger[kLooks] < then;) ::sched_yield();
  };
  int overlooked = 0;
  for (int round = 0; round < kRounds; ++round) {
    await_looks(1);
    const auto notified = ledger[kNotified].load();
    for (int pauses = round % 64; pauses > 0; --pauses) detail::relax();
    EXPECT_TRUE(sleepers.set());
    await_looks(3);
    overlooked += ledger[kNotified] == notified;
    sleepers.remove_waiter();
  }
  ledger[kOver] = 1;
  worker.join();
  EXPECT_EQ(overlooked, 0) << "of " << kRounds;
}

}  // namespace
}  // namespace gilfree::testing
