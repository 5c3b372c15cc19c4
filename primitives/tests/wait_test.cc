#include "gilfree/wait.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "gilfree/detail/memory/state_memory.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/detail/wait/event_count_set.h"
#include "gilfree/process.h"
#include "gilfree/queue.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

template <typename S>
class WaitTest : public Watchdog {
 protected:
  void SetUp() override {
    Watchdog::SetUp();
    for (int i = 0; i < kPipes; ++i) {
      auto [receiver, sender] = Pipe<int, S>({.duplex = false});
      receivers_.push_back(std::move(receiver));
      senders_.push_back(std::move(sender));
    }
  }
  // Which of the receivers these are.
  std::vector<long> numbers(const std::vector<Connection<int, S>*>& ready) const {
    std::vector<long> numbers;
    for (const auto* one : ready) numbers.push_back(one - receivers_.data());
    return numbers;
  }

  static constexpr int kPipes = 5;
  std::vector<Connection<int, S>> receivers_, senders_;
};
TYPED_TEST_SUITE(WaitTest, BothScopes);

TYPED_TEST(WaitTest, NoneIsReadyWhereNothingWasSent) {
  const auto start = Clock::now();
  EXPECT_TRUE(wait(this->receivers_, 20ms).empty());
  EXPECT_GE(Clock::now() - start, 20ms);
  EXPECT_TRUE(wait(this->receivers_, 0ms).empty());
  EXPECT_THROW(wait(this->receivers_, -1ms), std::invalid_argument);
  EXPECT_TRUE(wait(std::vector<Connection<int, TypeParam>*>()).empty());
}

TYPED_TEST(WaitTest, ThoseWithAMessageAreReadyInTheirOrder) {
  this->senders_[3].send(1);
  this->senders_[1].send(2);
  EXPECT_EQ(this->numbers(wait(this->receivers_)), (std::vector<long>{1, 3}));
  EXPECT_EQ(this->receivers_[1].recv(), 2);
  const std::vector<Connection<int, TypeParam>*> some{&this->receivers_[0], &this->receivers_[3]};
  EXPECT_EQ(this->numbers(wait(some, 1ms)), (std::vector<long>{3}));
}

TYPED_TEST(WaitTest, OneWhoseOtherEndIsClosedIsReady) {
  this->senders_[2].close();
  EXPECT_EQ(this->numbers(wait(this->receivers_)), (std::vector<long>{2}));
  EXPECT_THROW(this->receivers_[2].recv(), EndOfFile);
}

TYPED_TEST(WaitTest, OneThatOnlySendsOrWasClosedHereIsAMistake) {
  EXPECT_THROW(wait(this->senders_, 1ms), std::logic_error);
  this->receivers_[0].close();
  EXPECT_THROW(wait(this->receivers_, 1ms), Closed);
}

// Any sender wakes the thread that waits at all of them, whichever it is.
TYPED_TEST(WaitTest, AMessageThroughAnyOfThemEndsTheWait) {
  constexpr int kRounds = 300;
  auto [answers, answer] = Pipe<int, TypeParam>({.duplex = false});
  Crew<TypeParam> crew;
  crew.start(1, [&, &answers = answers](int) {
    for (int round = 0; round < kRounds; ++round) {
      if (round % 10 == 0) std::this_thread::sleep_for(1ms);  // lets the other fall asleep
      this->senders_[round % this->kPipes].send(round);
      (void)answers.recv();
    }
  });
  for (int round = 0; round < kRounds; ++round) {
    const auto ready = wait(this->receivers_);
    ASSERT_EQ(this->numbers(ready), (std::vector<long>{round % this->kPipes}));
    ASSERT_EQ(ready.front()->recv(), round);
    answer.send(0);
  }
  crew.join();
}

TYPED_TEST(WaitTest, ConnectionsOfAnyTypesAreWaitedForAtOnce) {
  auto [texts, text] = Pipe<std::string, TypeParam>({.duplex = false});
  auto& numbers = this->receivers_[0];
  EXPECT_TRUE(wait({texts, numbers}, 1ms).empty());
  text.send("x");
  auto ready = wait({numbers, texts});
  ASSERT_EQ(ready.size(), 1u);
  EXPECT_TRUE(ready[0] == texts);
  EXPECT_FALSE(ready[0] == numbers);
  this->senders_[0].send(1);
  ready = wait({numbers, texts}, Clock::now() + 1h);
  ASSERT_EQ(ready.size(), 2u);
  EXPECT_TRUE(ready[0] == numbers);
  const std::vector<Waitable<TypeParam>> some{numbers};
  EXPECT_EQ(wait(some), (std::vector<Waitable<TypeParam>>{numbers}));
}

template <typename S>
struct Published {
  detail::EventCount<S> changed;
  std::atomic<std::int64_t> value{0}, threw{0};
};

// Wait for ever at one event count, alone or as one of several that are waited for.
constexpr auto kAlone = [](auto& changed, auto ready, auto hopeless) {
  (void)changed.wait(kNever, detail::kNoCpu, ready, hopeless);
};
constexpr auto kAmongOthers = []<typename S>(detail::EventCount<S>& changed, auto ready,
                                             auto hopeless) {
  detail::EventCount<S> other;
  (void)detail::EventCountSet<S>({&changed, &other}).wait(kNever, ready, hopeless);
};

// Two sleep on one event count. The one that is woken finds that it must throw: the other is woken in its
// place.
template <typename S>
void expect_the_other_is_woken(auto wait) {
  const detail::StateMemory<Published<S>, S> state(0);
  SleepWatch<S> watch(2);
  Crew<S> crew;
  const auto start = [&](int me, auto body) {
    crew.start(1, [&watch, me, body](int) {
      watch.will_sleep(me);
      body();
    });
    watch.await(me);
  };
  start(0, [&] {
    const auto ready = [&] {
      if (state->value != 0) throw Closed("as if its end had been closed");
      return false;
    };
    try {
      wait(state->changed, ready, [] { return false; });
    } catch (const Closed&) {
      state->threw = 1;
    }
  });
  start(1, [&] {
    (void)state->changed.wait(kNever, detail::kNoCpu, [&] { return state->value != 0; });
  });
  state->value = 1;
  state->changed.notify_one();
  crew.join();
  EXPECT_EQ(state->threw, 1);
}

TYPED_TEST(WaitTest, AWaiterThatThrowsPassesItsWakeUpOn) {
  expect_the_other_is_woken<TypeParam>(kAlone);
  expect_the_other_is_woken<TypeParam>(kAmongOthers);
}

// One that was counted still would make the next waiter set the flag again when it leaves.
template <typename S>
void expect_that_it_is_counted_no_more(auto wait) {
  const detail::StateMemory<Published<S>, S> state(0);
  const auto fail = []() -> bool { throw Closed("as if its end had been closed"); };
  EXPECT_THROW(wait(
                   state->changed, [] { return false; }, fail),
               Closed);
  SleepWatch<S> watch(1);
  Crew<S> crew;
  crew.start(1, [&](int me) {
    watch.will_sleep(me);
    (void)state->changed.wait(kNever, detail::kNoCpu, [&] { return state->value != 0; });
  });
  watch.await(0);
  state->value = 1;
  state->changed.notify_one();
  crew.join();
  EXPECT_FALSE(state->changed.has_waiters());
}

TYPED_TEST(WaitTest, AWaiterThatThrowsBeforeItSleepsIsCountedNoMore) {
  if (!detail::may_rely_on_fences<TypeParam>()) GTEST_SKIP() << "the flag of waiters is always set";
  expect_that_it_is_counted_no_more<TypeParam>(kAlone);
  expect_that_it_is_counted_no_more<TypeParam>(kAmongOthers);
}

class WaitForProcessesTest : public Watchdog {};

TEST_F(WaitForProcessesTest, TheEndOfAnyProcessEndsTheWait) {
  auto [receiver, sender] = Pipe<int>({.duplex = false});
  Queue<int> gate(1);
  Process first([&] { return gate.get(); }), second([] { ::pause(); });
  first.start();
  second.start();
  const std::vector<Sentinel> both{first.sentinel(), second.sentinel()};
  EXPECT_TRUE(wait(both, 1ms).empty());
  EXPECT_TRUE(wait({receiver, first.sentinel()}, 30ms).empty());
  gate.put(0);
  EXPECT_EQ(wait(both), (std::vector<Waitable<Processes>>{first.sentinel()}));
  EXPECT_EQ(wait({receiver, first.sentinel()}).size(), 1u);
  sender.send(3);
  EXPECT_EQ(wait({receiver, first.sentinel(), second.sentinel()}),
            (std::vector<Waitable<Processes>>{receiver, first.sentinel()}));
  second.kill();
  EXPECT_EQ(wait({second.sentinel()}).size(), 1u);
  EXPECT_EQ(second.exitcode(), -SIGKILL);
}

TEST_F(WaitForProcessesTest, AMessageEndsTheWaitForAProcessThatLives) {
  constexpr int kRounds = 100;
  auto [receiver, sender] = Pipe<int>({.duplex = false});
  auto [answers, answer] = Pipe<int>({.duplex = false});
  Process child([&, &sender = sender, &answers = answers] {
    for (int round = 0; round < kRounds; ++round) {
      sender.send(round);
      (void)answers.recv();
    }
    ::pause();
  });
  child.start();
  for (int round = 0; round < kRounds; ++round) {
    ASSERT_EQ(wait({child.sentinel(), receiver}), (std::vector<Waitable<Processes>>{receiver}));
    ASSERT_EQ(receiver.recv(), round);
    answer.send(0);
  }
  child.kill();
}

TEST_F(WaitForProcessesTest, ADeathEndsTheWaitOfOneThatSleepsForIt) {
  auto [receiver, sender] = Pipe<int>({.duplex = false});
  Process child([] { ::pause(); });
  child.start();
  const pid_t parent = ::getpid();
  const pid_t killer = fork_child([&] {
    await_sleep(parent);
    ::kill(child.pid(), SIGKILL);
  });
  EXPECT_EQ(wait({receiver, child.sentinel()}).size(), 1u);
  ::waitpid(killer, nullptr, 0);
}

TEST_F(WaitForProcessesTest, ADeathEndsTheWaitOfASleeper) {
  auto [receiver, sender] = Pipe<int>({.duplex = false});
  auto [other_receiver, other_sender] = Pipe<int>({.duplex = false});
  Ledger<Processes> said(1);
  const pid_t holder = fork_child(
      [&receiver = receiver, &other_receiver = other_receiver, &other_sender = other_sender] {
        receiver.close();
        other_receiver.close();
        other_sender.close();
        ::pause();
      });
  sender.close();
  const pid_t waiter = fork_child([&said, &receiver = receiver, &other_receiver = other_receiver] {
    const std::vector<Connection<int>*> both{&other_receiver, &receiver};
    const auto ready = wait(both);
    said[0] = ready.size() == 1 && ready[0] == &receiver ? 1 : -1;
  });
  await_sleep(waiter);
  ::kill(holder, SIGKILL);
  ::waitpid(holder, nullptr, 0);
  ::waitpid(waiter, nullptr, 0);
  EXPECT_EQ(said[0], 1);
}

}  // namespace
}  // namespace gilfree::testing
