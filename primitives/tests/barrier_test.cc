// Barrier in both scopes: rounds that all pass, and what breaks one.
#include "gilfree/barrier.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "gilfree/named.h"
#include "primitives/tests/support/another.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/lockable.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

constexpr int kBroken = -1;

// The place in which one came, or kBroken.
int place_of(const std::function<int()>& wait) {
  try {
    return wait();
  } catch (const BrokenBarrier&) {
    return kBroken;
  }
}

// Workers that each wait once.
template <Scope S>
class Party {
 public:
  Party(Barrier<S>& barrier, int size) : watch_(size), places_(size) {
    crew_.start(size, [this, &barrier](int me) {
      watch_.will_sleep(me);
      places_[me] = place_of([&] { return barrier.wait(); });
    });
  }
  void await_sleep() { watch_.await_all(); }
  int count(int place) {
    crew_.join();
    int found = 0;
    for (int me = 0; me < places_.size(); ++me) found += places_[me] == place ? 1 : 0;
    return found;
  }

 private:
  SleepWatch<S> watch_;
  Ledger<S> places_;
  Crew<S> crew_;
};

template <typename S>
class BarrierTest : public Watchdog {};
TYPED_TEST_SUITE(BarrierTest, BothScopes);

TYPED_TEST(BarrierTest, NonePassesBeforeAllHaveCome) {
  static_assert(StaysWhereItIs<Barrier<TypeParam>>);
  Barrier<TypeParam> barrier(3);
  EXPECT_EQ(barrier.parties(), 3);
  Party<TypeParam> others(barrier, 2);
  others.await_sleep();
  EXPECT_EQ(barrier.n_waiting(), 2);
  EXPECT_FALSE(barrier.broken());
  EXPECT_EQ(barrier.wait(), 2);
  EXPECT_EQ(others.count(0), 1);
  EXPECT_EQ(others.count(1), 1);
  EXPECT_EQ(barrier.n_waiting(), 0);
}

TYPED_TEST(BarrierTest, OneAlonePassesAtOnceAndAgain) {
  Barrier<TypeParam> barrier(1);
  EXPECT_EQ(barrier.wait(), 0);
  EXPECT_EQ(barrier.wait_for(0ms), 0);
  EXPECT_EQ(barrier.wait_until(Clock::now() - 1s), 0);
}

// In each round every place is taken once, and no party is a round ahead: the property it exists for.
TYPED_TEST(BarrierTest, ServesRoundAfterRoundGivingEachPlaceOnceARound) {
  constexpr int kParties = 4, kRounds = 1'000;
  Barrier<TypeParam> barrier(kParties);
  Ledger<TypeParam> places(kRounds), rounds(kParties), wrong(1);
  Crew<TypeParam> crew;
  crew.start(kParties, [&](int me) {
    for (int round = 0; round < kRounds; ++round) {
      rounds[me] = round;
      const int place = barrier.wait();
      places[round].fetch_add(1 << 8 * place);
      for (int other = 0; other < kParties; ++other) {
        if (rounds[other] < round || rounds[other] > round + 1) wrong[0]++;
      }
    }
  });
  crew.join();
  EXPECT_EQ(wrong[0], 0);
  for (int round = 0; round < kRounds; ++round) ASSERT_EQ(places[round], 0x01010101) << round;
}

TYPED_TEST(BarrierTest, WhatAPartyDidBeforeIsSeenByAllAfterwards) {
  constexpr int kParties = 3, kRounds = 1'000;
  struct Plain {
    long written[kParties] = {};
  };
  detail::StateMemory<Plain, TypeParam> plain(0);
  Barrier<TypeParam> barrier(kParties);
  Ledger<TypeParam> wrong(1);
  Crew<TypeParam> crew;
  crew.start(kParties, [&](int me) {
    for (long round = 1; round <= kRounds; ++round) {
      plain->written[me] = round;
      barrier.wait();
      for (const long written : plain->written) wrong[0] += written == round ? 0 : 1;
      barrier.wait();  // or the next round's writes would race with these reads
    }
  });
  crew.join();
  EXPECT_EQ(wrong[0], 0);
}

// The party that completes a round always learns that it passed; the other one may be so late that it does not.
TYPED_TEST(BarrierTest, AmidResetsNonePassesWithoutAPartner) {
  constexpr int kParties = 2, kThreads = 6, kRounds = 3'000, kResets = 200;
  Barrier<TypeParam> barrier(kParties);
  Ledger<TypeParam> places(kParties), over(1);
  Crew<TypeParam> crew;
  crew.start(kThreads, [&](int) {
    while (over[0] == 0) {
      const int place = place_of([&] { return barrier.wait(); });
      if (place != kBroken) places[place]++;
    }
  });
  for (int resets = 0; places[0] < kRounds || resets < kResets; ++resets) {
    barrier.reset();
    std::this_thread::yield();
  }
  over[0] = 1;
  barrier.abort();
  crew.join();
  EXPECT_LE(places[0], places[1]);
}

TYPED_TEST(BarrierTest, AbortBreaksItForWaitersAndForThoseThatCome) {
  Barrier<TypeParam> barrier(3);
  Party<TypeParam> others(barrier, 2);
  others.await_sleep();
  barrier.abort();
  EXPECT_TRUE(barrier.broken());
  EXPECT_EQ(others.count(kBroken), 2);
  EXPECT_EQ(barrier.n_waiting(), 0);
  EXPECT_THROW(barrier.wait(), BrokenBarrier);
  EXPECT_THROW(barrier.wait_for(1h), BrokenBarrier);
  EXPECT_TRUE(ask_another<TypeParam>([&] { return barrier.broken(); }));
}

TYPED_TEST(BarrierTest, ResetMakesABrokenOneAsNew) {
  Barrier<TypeParam> barrier(2);
  for (int round = 0; round < 3; ++round) {
    barrier.abort();
    EXPECT_THROW(barrier.wait(), BrokenBarrier);
    barrier.reset();
    EXPECT_FALSE(barrier.broken());
    EXPECT_EQ(barrier.n_waiting(), 0);
    Party<TypeParam> other(barrier, 1);
    EXPECT_NE(place_of([&] { return barrier.wait(); }), kBroken);
    EXPECT_EQ(other.count(kBroken), 0);
  }
}

TYPED_TEST(BarrierTest, ResetSendsTheWaitersAwayAndServesTheNext) {
  Barrier<TypeParam> barrier(3);
  Party<TypeParam> others(barrier, 2);
  others.await_sleep();
  barrier.reset();
  EXPECT_EQ(others.count(kBroken), 2);
  EXPECT_FALSE(barrier.broken());
  EXPECT_EQ(barrier.n_waiting(), 0);
  Party<TypeParam> next(barrier, 2);
  EXPECT_NE(barrier.wait(), kBroken);
  EXPECT_EQ(next.count(kBroken), 0);
}

TYPED_TEST(BarrierTest, ResetOfANewOneChangesNothing) {
  Barrier<TypeParam> barrier(2);
  barrier.reset();
  EXPECT_FALSE(barrier.broken());
  Party<TypeParam> other(barrier, 1);
  EXPECT_NE(place_of([&] { return barrier.wait(); }), kBroken);
}

TYPED_TEST(BarrierTest, APartyThatIsTooLateBreaksItForAll) {
  Barrier<TypeParam> barrier(3);
  Party<TypeParam> other(barrier, 1);
  other.await_sleep();
  const auto start = Clock::now();
  EXPECT_THROW(barrier.wait_for(30ms), BrokenBarrier);
  EXPECT_GE(Clock::now() - start, 30ms);
  EXPECT_EQ(other.count(kBroken), 1);
  EXPECT_TRUE(barrier.broken());
  barrier.reset();
  EXPECT_THROW(barrier.wait_for(0ms), BrokenBarrier);
  barrier.reset();
  EXPECT_THROW(barrier.wait_until(Clock::now() + 1ms), BrokenBarrier);
  barrier.reset();
  EXPECT_THROW(barrier.wait_until(std::chrono::system_clock::now() + 1ms), BrokenBarrier);
}

TYPED_TEST(BarrierTest, BetweenOneAndAMillionPartiesOrNone) {
  for (const std::int64_t parties :
       {std::int64_t{0}, std::int64_t{-1}, INT64_MIN, std::int64_t{1 << 20} + 1, INT64_MAX}) {
    EXPECT_THROW(Barrier<TypeParam>{parties}, std::invalid_argument) << parties;
  }
  EXPECT_EQ(Barrier<TypeParam>(1 << 20).parties(), 1 << 20);
}

class ProcessBarrierTest : public Watchdog {
 protected:
  // How it ends for a party of round 0 that is stopped, and looks only when 200 more have gone by, of
  // which one in `reset_every` was reset.
  static int end_for_a_late_party(bool is_reset, int reset_every) {
    constexpr int kRounds = 200;
    Barrier<Processes> barrier(2);
    Ledger<Processes> place(1);
    const auto end_round = [&](bool reset) {
      while (barrier.n_waiting() == 0) std::this_thread::yield();
      reset ? barrier.reset() : (void)barrier.wait();
    };
    const pid_t late = fork_child([&] { place[0] = place_of([&] { return barrier.wait(); }); });
    while (barrier.n_waiting() == 0) std::this_thread::yield();
    await_sleep(late);  // it no longer holds the barrier's lock
    ::kill(late, SIGSTOP);
    end_round(is_reset);
    Crew<Processes> other;
    other.start(1, [&](int) {
      for (int i = 0; i < kRounds; ++i) (void)place_of([&] { return barrier.wait(); });
    });
    for (int round = 1; round <= kRounds; ++round) end_round(round % reset_every == 0);
    other.join();
    ::kill(late, SIGCONT);
    ::waitpid(late, nullptr, 0);
    return static_cast<int>(place[0]);
  }
};

TEST_F(ProcessBarrierTest, OneThatWakesManyRoundsLaterStillLearnsHowItsOwnRoundEnded) {
  constexpr int kNever = 1'000, kNowAndThen = 64, kEvery = 1;
  EXPECT_EQ(end_for_a_late_party(true, kNever), kBroken);
  EXPECT_EQ(end_for_a_late_party(true, kNowAndThen), kBroken);
  EXPECT_EQ(end_for_a_late_party(true, kEvery), kBroken);
  EXPECT_EQ(end_for_a_late_party(false, kNever), 0);
  EXPECT_EQ(end_for_a_late_party(false, kNowAndThen), 0);
}

TEST(NamedBarrierTest, ACountThatDoesNotFitIsCorrupted) {
  const std::string name = "gilfree-test-barrier-" + std::to_string(::getpid());
  Barrier<Processes> barrier(create_only, name, 3);
  const int file = ::open(("/dev/shm/" + name).c_str(), O_RDWR | O_CLOEXEC);
  // Wherever the count lies: all words of 8 bytes behind the header, one after another.
  constexpr std::uint64_t kMany = 0xffffffff;
  int corrupted = 0;
  std::uint64_t before = 0;
  for (off_t at = 4096; ::pread(file, &before, 8, at) == 8; at += 8) {
    ASSERT_EQ(::pwrite(file, &kMany, 8, at), 8);
    try {
      (void)barrier.n_waiting();
      (void)barrier.wait_for(std::chrono::milliseconds(1));
    } catch (const BrokenBarrier&) {
    } catch (const Corrupted&) {
      ++corrupted;
    }
    ASSERT_EQ(::pwrite(file, &before, 8, at), 8);
    barrier.reset();
  }
  EXPECT_EQ(corrupted, 1);
  ::close(file);
  gilfree::remove(name);
}

}  // namespace
}  // namespace gilfree::testing
