#include "gilfree/wait.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

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

// Whoever sends wakes the one that waits at all of them, whichever it is.
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

class WaitForProcessesTest : public Watchdog {};

TEST_F(WaitForProcessesTest, ADeathEndsTheWaitOfOneWhoSleeps) {
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
