// Event in both scopes: a flag, and all that wait for it.
#include "gilfree/event.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "primitives/tests/support/another.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/lockable.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

template <typename S>
class EventTest : public Watchdog {};
TYPED_TEST_SUITE(EventTest, BothScopes);

TYPED_TEST(EventTest, IsSetFromSetToClearHoweverOften) {
  static_assert(StaysWhereItIs<Event<TypeParam>>);
  Event<TypeParam> event;
  EXPECT_FALSE(event.is_set());
  for (int round = 0; round < 3; ++round) {
    event.set();
    event.set();
    EXPECT_TRUE(event.is_set());
    EXPECT_TRUE(ask_another<TypeParam>([&] { return event.is_set(); }));
    event.clear();
    event.clear();
    EXPECT_FALSE(event.is_set());
  }
}

TYPED_TEST(EventTest, WaitingForWhatIsSetTakesNoTimeAndClearsNothing) {
  Event<TypeParam> event;
  event.set();
  event.wait();
  EXPECT_TRUE(event.wait_for(0ms));
  EXPECT_TRUE(event.wait_for(1h));
  EXPECT_TRUE(event.wait_until(Clock::now() + 1h));
  EXPECT_TRUE(event.wait_until(Clock::now() - 1h));
  EXPECT_TRUE(event.wait_until(std::chrono::system_clock::now() + 1h));
  EXPECT_TRUE(event.is_set());
}

TYPED_TEST(EventTest, PatienceIsKeptAtLeastAsLongAsPromised) {
  Event<TypeParam> event;
  auto start = Clock::now();
  EXPECT_FALSE(event.wait_for(0ms));
  EXPECT_FALSE(event.wait_for(30ms));
  EXPECT_GE(Clock::now() - start, 30ms);
  start = Clock::now();
  EXPECT_FALSE(event.wait_until(start + 30ms));
  EXPECT_GE(Clock::now() - start, 30ms);
  EXPECT_FALSE(event.wait_until(start));
  EXPECT_FALSE(event.wait_until(std::chrono::system_clock::now() + 1ms));
}

TYPED_TEST(EventTest, SetWakesAllSleepersInWhateverForm) {
  Event<TypeParam> event;
  SleepWatch<TypeParam> watch(4);
  Ledger<TypeParam> let_go(4);
  Crew<TypeParam> crew;
  crew.start(4, [&](int me) {
    watch.will_sleep(me);
    if (me == 0) event.wait();
    if (me == 1 && !event.wait_for(1h)) return;
    if (me == 2 && !event.wait_until(Clock::now() + 1h)) return;
    if (me == 3 && !event.wait_until(std::chrono::system_clock::now() + 1h)) return;
    let_go[me] = 1;
  });
  watch.await_all();
  for (int me = 0; me < 4; ++me) EXPECT_EQ(let_go[me], 0);
  event.set();
  crew.join();
  for (int me = 0; me < 4; ++me) EXPECT_EQ(let_go[me], 1) << "form " << me;
}

// A flag alone would have been down again before a sleeper had looked.
TYPED_TEST(EventTest, SetAndClearedAtOnceItWakesAllThatWaited) {
  constexpr int kWorkers = 3, kRounds = 50;
  Event<TypeParam> event;
  for (int round = 0; round < kRounds; ++round) {
    SleepWatch<TypeParam> watch(kWorkers);
    Crew<TypeParam> crew;
    crew.start(kWorkers, [&](int me) {
      watch.will_sleep(me);
      event.wait();
    });
    watch.await_all();
    event.set();
    event.clear();
    crew.join();
  }
  EXPECT_FALSE(event.is_set());
  EXPECT_FALSE(event.wait_for(0ms));  // a later caller waits
}

// Two flags flip-flop with waits that meet the other side awake, about to sleep, and asleep.
TYPED_TEST(EventTest, ClearRacingWithWaitLosesNoSet) {
  constexpr int kRounds = 20'000;
  Event<TypeParam> ping, pong;
  Crew<TypeParam> crew;
  crew.start(1, [&](int) {
    for (int i = 0; i < kRounds; ++i) {
      ping.wait();
      ping.clear();
      pong.set();
    }
  });
  for (int i = 0; i < kRounds; ++i) {
    ping.set();
    pong.wait();
    pong.clear();
  }
  crew.join();
  EXPECT_FALSE(ping.is_set());
  EXPECT_FALSE(pong.is_set());
}

TYPED_TEST(EventTest, WhatWasDoneBeforeSetIsSeenAfterWait) {
  constexpr int kRounds = 5'000;
  struct Plain {
    long written = 0, read_wrong = 0;
  };
  detail::StateMemory<Plain, TypeParam> plain(0);
  Event<TypeParam> written, read;
  Crew<TypeParam> crew;
  crew.start(1, [&](int) {
    for (long i = 1; i <= kRounds; ++i) {
      written.wait();
      written.clear();
      if (plain->written != i) ++plain->read_wrong;
      read.set();
    }
  });
  for (long i = 1; i <= kRounds; ++i) {
    plain->written = i;
    written.set();
    read.wait();
    read.clear();
  }
  crew.join();
  EXPECT_EQ(plain->read_wrong, 0);
}

}  // namespace
}  // namespace gilfree::testing
