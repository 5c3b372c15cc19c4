// put_many and send_many: which ranges they take, and that they read each element exactly once.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <list>
#include <memory>
#include <ranges>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "gilfree/pipe.h"
#include "primitives/tests/support/queue_kinds.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

template <typename Kind>
class BatchTest : public Watchdog {
 protected:
  // All that is inside, without an order.
  template <typename Queue>
  static auto all_of(Queue& queue) {
    auto items = queue.try_get_many(1'000);
    std::ranges::sort(items);
    return items;
  }
};
TYPED_TEST_SUITE(BatchTest, QueueKinds);

TYPED_TEST(BatchTest, EachElementIsReadOnce) {
  int calls = 0;
  const auto numbers = std::views::iota(0, 5) | std::views::transform([&](int) { return calls++; });
  QueueOf<TypeParam, int> queue(8);
  queue.put_many(numbers);
  EXPECT_EQ(calls, 5);
  EXPECT_EQ(this->all_of(queue), (std::vector{0, 1, 2, 3, 4}));
}

TYPED_TEST(BatchTest, EachElementIsReadOnceIfItIsAReference) {
  int calls = 0;
  const auto numbers =
      std::views::iota(0, 5) | std::views::transform([&](int) -> const int& { return ++calls; });
  QueueOf<TypeParam, int> queue(8);
  queue.put_many(numbers);
  EXPECT_EQ(calls, 5);
}

// A second reading would give a longer text than there was room made for.
TYPED_TEST(BatchTest, EachTextIsReadOnce) {
  int calls = 0;
  const auto texts = std::views::iota(0, 5) | std::views::transform([&](int) {
                       ++calls;
                       return std::string(static_cast<std::size_t>(calls) * 10, 'x');
                     });
  QueueOf<TypeParam, std::string> queue(8);
  queue.put_many(texts);
  EXPECT_EQ(calls, 5);
  const auto got = this->all_of(queue);
  ASSERT_EQ(got.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(got[i].size(), 10 * (i + 1));
}

// Where the queue is full, the element that did not fit is not read; it waits for the next call.
TYPED_TEST(BatchTest, WhatThereIsNoRoomForIsNotRead) {
  std::istringstream numbers("1 2 3 4 5 6");
  auto stream = std::ranges::istream_view<int>(numbers);
  QueueOf<TypeParam, int> queue(2);
  auto rest = std::ranges::subrange(stream.begin(), stream.end());
  EXPECT_EQ(queue.try_put_many(std::move(rest)), 2u);
  EXPECT_EQ(this->all_of(queue), (std::vector{1, 2}));
}

TYPED_TEST(BatchTest, ElementsAreConvertedAsInASingleCall) {
  QueueOf<TypeParam, int> numbers(8);
  numbers.put_many(std::vector<long>{1, 2});
  numbers.put_many(std::vector<bool>{true});
  EXPECT_EQ(this->all_of(numbers), (std::vector{1, 1, 2}));
  QueueOf<TypeParam, std::string> texts(8);
  texts.put_many(std::vector<const char*>{"a", "b"});
  EXPECT_EQ(this->all_of(texts), (std::vector<std::string>{"a", "b"}));
}

TYPED_TEST(BatchTest, AViewCopiesAndAContainerThatIsGivenAwayIsMovedFrom) {
  const std::string text(100, 'x');
  std::vector<std::string> mine(3, text);
  QueueOf<TypeParam, std::string> queue(8);
  queue.put_many(mine | std::views::filter([](const std::string&) { return true; }));
  queue.put_many(mine);
  queue.put_many(std::list<std::string>(2, text));
  EXPECT_EQ(mine, std::vector<std::string>(3, text));
  EXPECT_EQ(this->all_of(queue), std::vector<std::string>(8, text));
}

// Says that it is longer than it is.
struct Boaster {
  std::vector<std::string> texts{"a", "b", "c"};
  std::size_t size() const { return std::size_t{1} << 60; }
  auto begin() const { return texts.begin(); }
  auto end() const { return texts.end(); }
};
TYPED_TEST(BatchTest, TheSizeThatARangeClaimsIsNotBelieved) {
  QueueOf<TypeParam, std::string> queue(8);
  queue.put_many(Boaster());
  EXPECT_EQ(queue.qsize(), 3u);
}

// Its end is of another type than its begin, and it throws in the middle.
TYPED_TEST(BatchTest, WhatARangeThrowsLosesNothingThatIsIn) {
  const auto until_three = std::views::iota(0) | std::views::transform([](int number) {
                             if (number == 3) throw std::runtime_error("three");
                             return number;
                           });
  QueueOf<TypeParam, int> queue(8);
  EXPECT_THROW(queue.put_many(until_three), std::runtime_error);
  EXPECT_EQ(this->all_of(queue), (std::vector{0, 1, 2}));
}

template <typename S>
class PipeBatchTest : public Watchdog {};
TYPED_TEST_SUITE(PipeBatchTest, BothScopes);

TYPED_TEST(PipeBatchTest, EachElementIsReadOnceAndConverted) {
  auto [one, other] = Pipe<std::string, TypeParam>();
  int calls = 0;
  one.send_many(std::views::iota(0, 3) | std::views::transform([&](int) {
                  ++calls;
                  return std::string(static_cast<std::size_t>(calls), 'x');
                }));
  one.send_many(std::vector<const char*>{"y"});
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(other.recv_many(8), (std::vector<std::string>{"x", "xx", "xxx", "y"}));
}

TEST(BatchBetweenThreads, WhatCanOnlyBeMovedIsMoved) {
  Queue<std::unique_ptr<int>, Threads> queue(4);
  std::list<std::unique_ptr<int>> items;
  items.push_back(std::make_unique<int>(1));
  queue.put_many(std::move(items));
  EXPECT_EQ(*queue.get(), 1);
}

}  // namespace
}  // namespace gilfree::testing
