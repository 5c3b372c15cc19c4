#include "gilfree/pipe.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

template <typename S>
class PipeTest : public Watchdog {};
TYPED_TEST_SUITE(PipeTest, BothScopes);

TYPED_TEST(PipeTest, WhatIsSentIntoOneEndIsReceivedFromTheOther) {
  auto [a, b] = Pipe<int, TypeParam>();
  a.send(1);
  a.send(2);
  b.send(3);
  EXPECT_EQ(b.recv(), 1);
  EXPECT_EQ(b.recv(), 2);
  EXPECT_EQ(a.recv(), 3);
  EXPECT_EQ(a.try_recv(), std::nullopt);
}

TYPED_TEST(PipeTest, AOneWayPipeGivesTheReceiverFirstAndRefusesTheWrongWay) {
  auto [receiver, sender] = Pipe<int, TypeParam>({.duplex = false});
  sender.send(4);
  EXPECT_EQ(receiver.recv(), 4);
  EXPECT_THROW(receiver.send(1), std::logic_error);
  EXPECT_THROW(sender.recv(), std::logic_error);
}

TYPED_TEST(PipeTest, PollReturnsWhetherReceivingWouldNotWait) {
  auto [a, b] = Pipe<int, TypeParam>();
  EXPECT_FALSE(b.poll());
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(b.poll_for(30ms));
  EXPECT_GE(std::chrono::steady_clock::now() - start, 30ms);
  a.send(1);
  EXPECT_TRUE(b.poll());
  EXPECT_TRUE(b.poll_for(1h));
  EXPECT_TRUE(b.poll_until(std::chrono::steady_clock::now() + 1h));
  EXPECT_EQ(b.try_recv_for(1h), 1);
  a.close();
  EXPECT_TRUE(b.poll());
}

TYPED_TEST(PipeTest, WhatWasSentIsDrainedBeforeTheEndOfTheFile) {
  auto [a, b] = Pipe<int, TypeParam>();
  a.send(1);
  a.close();
  EXPECT_EQ(b.recv(), 1);
  EXPECT_THROW(b.recv(), EndOfFile);
  EXPECT_THROW((void)b.try_recv(), EndOfFile);
  EXPECT_THROW((void)b.try_recv_for(1h), EndOfFile);
}

TYPED_TEST(PipeTest, SendingToAClosedEndIsABrokenPipe) {
  auto [a, b] = Pipe<int, TypeParam>();
  a.send(1);
  EXPECT_EQ(b.recv(), 1);
  b.close();
  EXPECT_THROW(a.send(2), BrokenPipe);
}

TYPED_TEST(PipeTest, AfterTheEndOfTheFileSendingIsABrokenPipeHoweverOften) {
  auto [a, b] = Pipe<int, TypeParam>();
  a.send(1);
  EXPECT_EQ(b.recv(), 1);
  b.close();
  for (int i = 0; i < 3; ++i) {
    EXPECT_THROW(a.recv(), EndOfFile);
    EXPECT_THROW(a.send(2), BrokenPipe);
  }
}

TYPED_TEST(PipeTest, AClosedEndIsRefusedByName) {
  auto [a, b] = Pipe<int, TypeParam>();
  a.close();
  a.close();
  EXPECT_TRUE(a.closed());
  EXPECT_THROW(a.send(1), Closed);
  EXPECT_THROW(a.recv(), Closed);
  EXPECT_FALSE(b.closed());
}

// As between the sender and the receiver of a duplex connection. For the thread sanitizer.
TYPED_TEST(PipeTest, OneThreadMaySendWhileAnotherReceivesAtTheSameEnd) {
  constexpr int kItems = 20'000;
  auto [a, b] = Pipe<int, TypeParam>();
  std::thread echo([&, &b = b] {
    for (int i = 0; i < kItems; ++i) b.send(b.recv());
  });
  std::thread sender([&, &a = a] {
    for (int i = 0; i < kItems; ++i) a.send(i);
  });
  int expected = 0;
  while (expected < kItems) {
    if (const auto item = a.try_recv()) {
      ASSERT_EQ(*item, expected);
      ++expected;
    }
  }
  sender.join();
  echo.join();
}

TYPED_TEST(PipeTest, StringsOfAnyLengthTravelWhole) {
  auto [a, b] = Pipe<std::string, TypeParam>();
  for (const std::size_t length : {0, 1, 8, 100'000, 3'000'000, 5}) {
    const std::string sent(length, 'x');
    a.send(sent);
    EXPECT_EQ(b.recv(), sent);
  }
}

TYPED_TEST(PipeTest, AStreamFarLongerThanThePipeArrivesInOrder) {
  constexpr int kItems = 200'000;
  auto [a, b] = Pipe<int, TypeParam>({.capacity = 8});
  Ledger<TypeParam> wrong(1);
  Crew<TypeParam> crew;
  crew.start(1, [&, &a = a](int) {
    for (int i = 0; i < kItems; ++i) a.send(i);
  });
  for (int i = 0; i < kItems; ++i) ASSERT_EQ(b.recv(), i);
  crew.join();
}

TYPED_TEST(PipeTest, ABatchKeepsItsOrderAndTakesWhatIsThere) {
  auto [receiver, sender] = Pipe<int, TypeParam>({.duplex = false, .capacity = 8});
  EXPECT_TRUE(receiver.try_recv_many(3).empty());
  sender.send_many({1, 2, 3, 4, 5});
  EXPECT_EQ(receiver.recv_many(3), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(receiver.try_recv_many(100), (std::vector<int>{4, 5}));
  EXPECT_TRUE(receiver.recv_many(0).empty());
  EXPECT_THROW((void)sender.try_recv_many(1), std::logic_error);
  sender.close();
  EXPECT_THROW((void)receiver.recv_many(1), EndOfFile);
}

TYPED_TEST(PipeTest, ABatchFarLongerThanThePipeArrivesInOrder) {
  constexpr int kItems = 20'000;
  auto [receiver, sender] = Pipe<std::string, TypeParam>({.duplex = false, .capacity = 4});
  Crew<TypeParam> crew;
  crew.start(1, [&, &sending = sender](int) {
    std::vector<std::string> items;
    for (int i = 0; i < kItems; ++i) items.push_back(std::to_string(i));
    sending.send_many(std::move(items));
  });
  for (int next = 0; next < kItems;) {
    for (const auto& item : receiver.recv_many(7)) ASSERT_EQ(item, std::to_string(next++));
  }
  crew.join();
}

TYPED_TEST(PipeTest, ABatchToAClosedEndIsABrokenPipe) {
  auto [a, b] = Pipe<int, TypeParam>({.capacity = 2});
  b.close();
  EXPECT_THROW(a.send_many(std::vector<int>{1, 2, 3}), BrokenPipe);
}

TYPED_TEST(PipeTest, QuestionsAreAnswered) {
  constexpr int kRounds = 20'000;
  auto [here, there] = Pipe<int, TypeParam>();
  Crew<TypeParam> crew;
  crew.start(1, [&, &there = there](int) {
    for (int i = 0; i < kRounds; ++i) there.send(there.recv() + 1);
  });
  for (int i = 0; i < kRounds; ++i) {
    here.send(i);
    ASSERT_EQ(here.recv(), i + 1);
  }
  crew.join();
}

TYPED_TEST(PipeTest, ClosingWakesTheSleeperAtTheOtherEnd) {
  auto [a, b] = Pipe<int, TypeParam>();
  auto [full, rest] = Pipe<int, TypeParam>({.capacity = 1});
  full.send(1);
  Ledger<TypeParam> ended(2);
  Crew<TypeParam> crew;
  crew.start(2, [&, &a = a, &b = b, &full = full, &rest = rest](int me) {
    if (TypeParam::kAcrossProcesses) {  // close the ends this worker does not use
      a.close();
      rest.close();
    }
    try {
      me == 0 ? (void)b.recv() : full.send(2);
    } catch (const EndOfFile&) {
      ended[0]++;
    } catch (const BrokenPipe&) {
      ended[1]++;
    }
  });
  a.close();
  rest.close();
  crew.join();
  EXPECT_EQ(ended[0], 1);
  EXPECT_EQ(ended[1], 1);
}

}  // namespace
}  // namespace gilfree::testing
