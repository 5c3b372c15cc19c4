// The search for an order in which overlapping operations could have happened.
#include "harness/stress/linearizability.h"

#include <gtest/gtest.h>

#include <compare>
#include <random>

#include "harness/stress/history.h"

namespace harness::stress {
namespace {

enum Kind { kPut, kGet };

struct Fifo {
  std::vector<long> items;
  auto operator<=>(const Fifo&) const = default;

  bool apply(const Operation& of) {
    if (of.kind == kPut) {
      items.push_back(of.argument);
      return true;
    }
    if (items.empty() || (!of.is_pending() && items.front() != of.result)) return false;
    items.erase(items.begin());
    return true;
  }
};

Operation put(int actor, long item, std::uint64_t begin, std::uint64_t end) {
  return {.actor = actor, .kind = kPut, .argument = item, .begin = begin, .end = end};
}
Operation get(int actor, long item, std::uint64_t begin, std::uint64_t end) {
  return {.actor = actor, .kind = kGet, .result = item, .begin = begin, .end = end};
}
Linearizable check(const std::vector<Operation>& history, std::size_t most = 10'000) {
  return is_linearizable<Fifo>(history, {}, most);
}

TEST(Linearizability, OneAfterTheOther) {
  EXPECT_EQ(check({}), Linearizable::kYes);
  EXPECT_EQ(check({put(0, 1, 1, 2), put(0, 2, 3, 4), get(1, 1, 5, 6), get(1, 2, 7, 8)}),
            Linearizable::kYes);
  EXPECT_EQ(check({put(0, 1, 1, 2), put(0, 2, 3, 4), get(1, 2, 5, 6)}), Linearizable::kNo);
  EXPECT_EQ(check({get(1, 1, 1, 2), put(0, 1, 3, 4)}), Linearizable::kNo);
}

TEST(Linearizability, ThoseThatOverlapHaveAnyOrder) {
  EXPECT_EQ(check({put(0, 1, 1, 4), put(1, 2, 2, 3), get(2, 2, 5, 6), get(2, 1, 7, 8)}),
            Linearizable::kYes);
  EXPECT_EQ(check({get(1, 1, 1, 4), put(0, 1, 2, 3)}), Linearizable::kYes);
  EXPECT_EQ(check({put(0, 1, 1, 6), get(1, 1, 2, 3), get(2, 1, 4, 5)}), Linearizable::kNo);
}

TEST(Linearizability, APendingOneMayHaveTakenEffectOrNot) {
  const auto never = Operation::kPending;
  EXPECT_EQ(check({put(0, 1, 1, never), get(1, 1, 2, 3)}), Linearizable::kYes);
  EXPECT_EQ(check({put(0, 1, 1, never), put(1, 2, 2, 3), get(1, 2, 4, 5)}), Linearizable::kYes);
  EXPECT_EQ(check({put(1, 1, 1, 2), put(1, 2, 3, 4), get(0, 0, 5, never), get(1, 2, 6, 7)}),
            Linearizable::kYes);
  EXPECT_EQ(check({put(1, 1, 1, 2), get(1, 1, 3, 4), get(0, 0, 5, never), get(1, 1, 6, 7)}),
            Linearizable::kNo);
}

TEST(Linearizability, BeyondTheBoundItIsUndecided) {
  std::vector<Operation> history;
  for (int actor = 0; actor < 6; ++actor) {
    history.push_back(put(actor, actor, static_cast<std::uint64_t>(actor),
                          100U + static_cast<std::uint64_t>(actor)));
  }
  EXPECT_EQ(check(history, 100), Linearizable::kUndecided);
  EXPECT_EQ(check(history, 10'000), Linearizable::kYes);
}

// A random history of a right queue, each operation stretched around the moment at which it took effect; then
// the same with two results exchanged.
TEST(Linearizability, RandomHistoriesOfARightQueueAreSoAndOfAWrongOneMostlyNot) {
  std::mt19937 random(1);
  int rejected = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<long> items;
    std::vector<Operation> history, gets;
    std::uint64_t free_from[3]{};
    for (std::uint64_t time = 10; time < 400; time += 10) {
      const auto actor = random() % 3;
      const std::uint64_t begin = std::max(free_from[actor], time - random() % 10) + 1;
      if (begin >= time) continue;
      const std::uint64_t end = time + 1 + random() % 30;
      const bool puts = items.empty() || random() % 2 == 0;
      if (puts) items.push_back(static_cast<long>(time));
      history.push_back(puts ? put(static_cast<int>(actor), items.back(), begin, end)
                             : get(static_cast<int>(actor), items.front(), begin, end));
      if (!puts) items.erase(items.begin());
      free_from[actor] = end;
    }
    // Moments are to be different: spread those that are not.
    for (std::size_t i = 0; i < history.size(); ++i) {
      history[i].begin = history[i].begin * 1000 + i;
      history[i].end = history[i].end * 1000 + 500 + i;
    }
    EXPECT_EQ(check(history), Linearizable::kYes) << round;
    std::vector<Operation*> got;
    for (auto& each : history) {
      if (each.kind == kGet) got.push_back(&each);
    }
    if (got.size() < 2) continue;
    std::swap(got.front()->result, got.back()->result);
    rejected += check(history) == Linearizable::kNo ? 1 : 0;
  }
  EXPECT_GT(rejected, 250);
}

TEST(History, KeepsWhatBeganAndWhatEnded) {
  History history;
  history.begin(0, kPut, 7);
  history.begin(1, kGet);
  history.end(0);
  history.begin(2, kGet);
  history.take_back(2);
  const auto all = history.operations();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].argument, 7);
  EXPECT_LT(all[0].begin, all[1].begin);
  EXPECT_LT(all[1].begin, all[0].end);
  EXPECT_TRUE(all[1].is_pending());
  EXPECT_EQ(check(all), Linearizable::kYes);
}

}  // namespace
}  // namespace harness::stress
