// What a waiter remembers: when it stops spinning, when it spins again, and when it stops yielding.
#include "gilfree/detail/wait/wait_history.h"

#include <gtest/gtest.h>

#include <chrono>

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;
using detail::WaitHistory;
using detail::YieldHistory;

// Spins until it is due, and fails. Returns how many waits went by without a spin.
int fail_once(WaitHistory& history) {
  int skipped = 0;
  while (!history.should_spin()) ++skipped;
  history.spin_failed();
  return skipped;
}

void fail(WaitHistory& history, int times) {
  for (int i = 0; i < times; ++i) fail_once(history);
}

class WaitHistoryTest : public ::testing::Test {
 protected:
  WaitHistory history_;
};

TEST_F(WaitHistoryTest, AnObjectIsKnownByItsAddress) {
  const char objects[2][4096] = {};  // of one place in the cache
  fail(WaitHistory::of(&objects[0]), 4);
  EXPECT_FALSE(WaitHistory::of(&objects[0]).should_spin());
  EXPECT_TRUE(WaitHistory::of(&objects[1]).should_spin());
}

TEST_F(WaitHistoryTest, AnObjectThatIsNotKnownIsSpunFor) { EXPECT_TRUE(history_.should_spin()); }

TEST_F(WaitHistoryTest, AFewSpinsInVainChangeNothing) {
  fail(history_, 3);
  EXPECT_TRUE(history_.should_spin());
}

TEST_F(WaitHistoryTest, ManySpinsInVainEndSpinning) {
  fail(history_, 4);
  EXPECT_FALSE(history_.should_spin());
}

TEST_F(WaitHistoryTest, AQuarterOfSpinsInVainIsWorthIt) {
  for (int round = 0; round < 100; ++round) {
    EXPECT_EQ(fail_once(history_), 0);
    for (int i = 0; i < 3; ++i) history_.spin_succeeded();
  }
}

TEST_F(WaitHistoryTest, HalfOfSpinsInVainIsNot) {
  int skipped = 0;
  for (int round = 0; round < 10 && skipped == 0; ++round) {
    skipped = fail_once(history_);
    if (history_.should_spin()) history_.spin_succeeded();
  }
  EXPECT_GT(skipped, 0);
}

TEST_F(WaitHistoryTest, EachTrialInVainDoublesTheWaitsUntilTheNext) {
  fail(history_, 4);
  int before = fail_once(history_);
  EXPECT_GT(before, 0);
  for (int i = 0; i < 5; ++i) {
    const int skipped = fail_once(history_);
    EXPECT_EQ(skipped, 2 * before);
    before = skipped;
  }
}

TEST_F(WaitHistoryTest, TheWaitsUntilATrialHaveALimit) {
  fail(history_, 40);
  EXPECT_EQ(fail_once(history_), fail_once(history_));
}

TEST_F(WaitHistoryTest, TrialsThatSucceedBringSpinningBack) {
  fail(history_, 10);
  while (!history_.should_spin()) continue;
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(history_.should_spin());
    history_.spin_succeeded();
  }
  fail(history_, 3);
  EXPECT_TRUE(history_.should_spin()) << "as if it had never failed";
}

TEST_F(WaitHistoryTest, SleepsAreShortOnceSeveralInARowWere) {
  EXPECT_FALSE(history_.sleeps_are_short());
  for (int i = 0; i < 4; ++i) history_.slept(true);
  EXPECT_TRUE(history_.sleeps_are_short());
  history_.slept(false);
  EXPECT_FALSE(history_.sleeps_are_short());
}

class YieldHistoryTest : public ::testing::Test {
 protected:
  bool late(YieldHistory& history) {
    now_ += 3ms;
    return history.came_back(now_ - 3ms, now_);
  }
  bool in_time(YieldHistory& history) {
    now_ += 1us;
    return history.came_back(now_ - 1us, now_);
  }
  // How long it does not yield after as many late yields as that takes.
  std::chrono::nanoseconds pause(YieldHistory& history) {
    for (int i = 0; i < 10 && !late(history);) ++i;
    const auto begin = now_;
    while (!history.should_yield(now_)) now_ += 1ms;
    return now_ - begin;
  }

  Deadline now_{1s};
  YieldHistory history_;
};

TEST_F(YieldHistoryTest, AFewLateYieldsChangeNothing) {
  EXPECT_FALSE(late(history_));
  EXPECT_FALSE(late(history_));
  EXPECT_TRUE(history_.should_yield(now_));
}

TEST_F(YieldHistoryTest, LateYieldsEndYieldingForAWhile) {
  late(history_);
  late(history_);
  EXPECT_TRUE(late(history_));
  EXPECT_FALSE(history_.should_yield(now_));
  EXPECT_TRUE(history_.should_yield(now_ + 1s));
}

TEST_F(YieldHistoryTest, AmongManyInTimeALateYieldIsNothing) {
  for (int round = 0; round < 100; ++round) {
    EXPECT_FALSE(late(history_));
    for (int i = 0; i < 10; ++i) in_time(history_);
  }
  EXPECT_TRUE(history_.should_yield(now_));
}

TEST_F(YieldHistoryTest, ThePausesDoubleUpToALimit) {
  const auto first = pause(history_);
  EXPECT_EQ(pause(history_), 2 * first);
  EXPECT_EQ(pause(history_), 4 * first);
  for (int i = 0; i < 20; ++i) pause(history_);
  EXPECT_LE(pause(history_), 1s);
}

TEST_F(YieldHistoryTest, AfterALongTimeInTimeThePausesAreShortAgain) {
  const auto first = pause(history_);
  for (int i = 0; i < 5; ++i) pause(history_);
  now_ += 10s;
  in_time(history_);
  EXPECT_EQ(pause(history_), first);
}

}  // namespace
}  // namespace gilfree::testing
