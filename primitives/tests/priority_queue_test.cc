#include "gilfree/priority_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <queue>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

template <typename S>
class PriorityQueueTest : public Watchdog {};
TYPED_TEST_SUITE(PriorityQueueTest, BothScopes);

struct Job {
  int urgency, number;
};
struct MoreUrgent {
  bool operator()(const Job& a, const Job& b) const { return a.urgency > b.urgency; }
};

TYPED_TEST(PriorityQueueTest, TheSmallestLeavesFirst) {
  PriorityQueue<int, std::less<int>, TypeParam> queue(5);
  for (int item : {3, 1, 4, 1, 5}) queue.put(item);
  EXPECT_EQ(queue.get_many(9), (std::vector<int>{1, 1, 3, 4, 5}));
}

TYPED_TEST(PriorityQueueTest, EqualsLeaveInTheOrderOfTheirArrival) {
  constexpr int kJobs = 500;
  PriorityQueue<Job, MoreUrgent, TypeParam> queue(kJobs);
  std::vector<Job> jobs;
  std::mt19937 random(1);
  for (int number = 0; number < kJobs; ++number) {
    jobs.push_back({.urgency = static_cast<int>(random() % 5), .number = number});
    queue.put(jobs.back());
  }
  std::stable_sort(jobs.begin(), jobs.end(), MoreUrgent());
  for (const Job& expected : jobs) ASSERT_EQ(queue.get().number, expected.number);
}

// Against std's heap: random puts and gets, with sizes from empty to full.
template <typename Queue, typename Make>
void agrees_with_std(Queue& queue, Make make, int steps) {
  using Item = decltype(make(0u));
  std::priority_queue<Item, std::vector<Item>, std::greater<Item>> expected;
  std::mt19937 random(2);
  for (int step = 0; step < steps; ++step) {
    const bool growing = step / 500 % 2 == 0;
    const bool puts = random() % 10 < (growing ? 7u : 3u);
    if (expected.empty() || (puts && expected.size() < queue.capacity())) {
      const auto item = make(random());
      expected.push(item);
      queue.put(item);
    } else {
      ASSERT_EQ(queue.get(), expected.top()) << "at step " << step;
      expected.pop();
    }
    ASSERT_EQ(queue.qsize(), expected.size());
  }
}

TYPED_TEST(PriorityQueueTest, NumbersLeaveAsFromStdsHeap) {
  PriorityQueue<unsigned, std::less<unsigned>, TypeParam> queue(300);
  agrees_with_std(
      queue, [](unsigned random) { return random % 50; }, 50'000);
}

// Between processes they move from one half of the memory to the other now and then.
TYPED_TEST(PriorityQueueTest, StringsLeaveAsFromStdsHeap) {
  PriorityQueue<std::string, std::less<std::string>, TypeParam> queue(100);
  agrees_with_std(
      queue,
      [](unsigned random) {
        return std::string(random % 3'000, static_cast<char>('a' + random % 26));
      },
      20'000);
}

struct Touchy {
  int number;
};
struct ThrowsAtThirteen {
  bool operator()(const Touchy& a, const Touchy& b) const {
    if (a.number == 13 || b.number == 13) throw std::domain_error("13");
    return a.number < b.number;
  }
};

TYPED_TEST(PriorityQueueTest, WhatTheComparisonThrowsChangesNothing) {
  PriorityQueue<Touchy, ThrowsAtThirteen, TypeParam> queue(4);
  queue.put({2});
  queue.put({1});
  EXPECT_THROW(queue.put({13}), std::domain_error);
  EXPECT_EQ(queue.qsize(), 2u);
  EXPECT_EQ(queue.get().number, 1);
  EXPECT_EQ(queue.get().number, 2);

  queue.put({13});  // alone it is not compared
  EXPECT_THROW(queue.put({1}), std::domain_error);
  EXPECT_EQ(queue.get().number, 13);
}

}  // namespace
}  // namespace gilfree::testing
