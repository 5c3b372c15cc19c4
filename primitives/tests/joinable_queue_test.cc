#include "gilfree/joinable_queue.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

template <typename S>
class JoinableQueueTest : public Watchdog {};
TYPED_TEST_SUITE(JoinableQueueTest, BothScopes);

TYPED_TEST(JoinableQueueTest, JoinReturnsAtOnceIfNothingWasPut) {
  JoinableQueue<int, TypeParam> queue(1);
  queue.join();
  EXPECT_TRUE(queue.join_for(0ms));
}

TYPED_TEST(JoinableQueueTest, JoinWaitsForWhatIsInsideAndForWhatIsBeingDealtWith) {
  JoinableQueue<int, TypeParam> queue(2);
  queue.put(1);
  EXPECT_FALSE(queue.join_for(0ms));
  (void)queue.get();
  EXPECT_FALSE(queue.join_for(1ms));
  EXPECT_FALSE(queue.join_until(std::chrono::steady_clock::now() + 1ms));
  EXPECT_THROW((void)queue.join_for(-1ms), std::invalid_argument);
  queue.task_done();
  EXPECT_TRUE(queue.join_for(0ms));
}

TYPED_TEST(JoinableQueueTest, WhatWasDoneHasHappenedBeforeJoinReturns) {
  constexpr int kWorkers = 3, kRounds = 50, kEach = 20;
  JoinableQueue<int, TypeParam> queue(8);
  Ledger<TypeParam> done(1);
  Crew<TypeParam> crew;
  crew.start(kWorkers, [&](int) {
    try {
      while (true) {
        (void)queue.get();
        done[0].fetch_add(1, std::memory_order_relaxed);
        queue.task_done();
      }
    } catch (const Closed&) {
    }
  });
  for (int round = 1; round <= kRounds; ++round) {
    for (int i = 0; i < kEach; ++i) queue.put(i);
    queue.join();
    ASSERT_EQ(done[0].load(std::memory_order_relaxed), round * kEach);
  }
  queue.close();
  crew.join();
}

TYPED_TEST(JoinableQueueTest, AllWaitersReturnAtTheEnd) {
  JoinableQueue<int, TypeParam> queue(2);
  Ledger<TypeParam> joined(1);
  queue.put(1);
  Crew<TypeParam> crew;
  crew.start(3, [&](int) {
    queue.join();
    joined[0]++;
  });
  (void)queue.get();
  queue.task_done();
  crew.join();
  EXPECT_EQ(joined[0], 3);
}

TYPED_TEST(JoinableQueueTest, OneTaskDoneTooManyIsAMistake) {
  JoinableQueue<int, TypeParam> queue(4);
  EXPECT_THROW(queue.task_done(), std::logic_error);
  queue.put(1);
  (void)queue.get();
  queue.task_done();
  EXPECT_THROW(queue.task_done(), std::logic_error);
}

// As in Python, where only the sum counts.
TYPED_TEST(JoinableQueueTest, TaskDoneMayComeFromAnotherWorkerAndBeforeTheGet) {
  JoinableQueue<int, TypeParam> queue(4);
  queue.put(1);
  queue.task_done();
  queue.join();
  EXPECT_THROW(queue.task_done(), std::logic_error);
  (void)queue.get();
  queue.join();

  queue.put(2);
  (void)queue.get();
  Crew<TypeParam> other;
  other.start(1, [&](int) { queue.task_done(); });
  other.join();
  queue.join();
}

TYPED_TEST(JoinableQueueTest, ABatchOwesOneTaskDoneForEachItem) {
  JoinableQueue<int, TypeParam> queue(4);
  queue.put_many(std::vector<int>{1, 2, 3});
  ASSERT_EQ(queue.get_many(9).size(), 3u);
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(queue.join_for(0ms));
    queue.task_done();
  }
  queue.join();
}

class LostWorkerTest : public Watchdog {
 protected:
  // A worker that has taken `items` and lives on.
  pid_t take(int items) {
    const auto before = queue_.qsize();
    const pid_t worker = fork_child([&] {
      for (int i = 0; i < items; ++i) (void)queue_.get();
      ::pause();
    });
    while (queue_.qsize() > before - items) std::this_thread::yield();
    return worker;
  }
  static void kill(pid_t worker) {
    ::kill(worker, SIGKILL);
    ::waitpid(worker, nullptr, 0);
  }
  bool join_reports_a_loss() {
    try {
      queue_.join();
      return false;
    } catch (const WorkerLost&) {
      return true;
    }
  }

  JoinableQueue<int, Processes> queue_{8};
};

TEST_F(LostWorkerTest, WhatADeadWorkerOwesIsReportedOnceAllElseIsDone) {
  for (int i = 0; i < 3; ++i) queue_.put(i);
  kill(take(2));
  EXPECT_FALSE(queue_.join_for(1ms)) << "one is still there";
  (void)queue_.get();
  EXPECT_FALSE(queue_.join_for(1ms)) << "and not done";
  queue_.task_done();
  EXPECT_TRUE(join_reports_a_loss());
  EXPECT_FALSE(join_reports_a_loss()) << "reported twice";
  queue_.put(4);
  EXPECT_EQ(queue_.get(), 4);
  queue_.task_done();
  queue_.join();
}

TEST_F(LostWorkerTest, ASleeperInJoinIsWokenByTheDeath) {
  queue_.put(1);
  const pid_t worker = take(1);
  Ledger<Processes> reported(2);
  pid_t joiners[2];
  for (int i : {0, 1}) {
    joiners[i] = fork_child([&, i] { reported[i] = join_reports_a_loss() ? 1 : -1; });
  }
  for (const pid_t joiner : joiners) await_sleep(joiner);
  kill(worker);
  for (const pid_t joiner : joiners) ::waitpid(joiner, nullptr, 0);
  EXPECT_EQ(reported[0], 1);
  EXPECT_EQ(reported[1], 1);
}

constexpr int kMostWorkers = 1024;  // that can have unfinished tasks at a time

// The entry is claimed before the item moves, so a get that is refused takes nothing.
TEST(JoinableQueueBetweenThreads, AGetThatIsRefusedLeavesItsItemInside) {
  JoinableQueue<std::string, Threads> queue(2 * kMostWorkers);
  const auto text = [](int i) {
    return "a text that lives on the heap, number " + std::to_string(i);
  };
  for (int i = 0; i <= kMostWorkers; ++i) queue.put(text(i));
  const auto in_a_thread = [](auto body) { std::thread(body).join(); };
  for (int i = 0; i < kMostWorkers; ++i) in_a_thread([&] { EXPECT_EQ(queue.get(), text(i)); });
  in_a_thread([&] {
    EXPECT_THROW((void)queue.get(), std::system_error);
    EXPECT_THROW((void)queue.try_get(), std::system_error);
    EXPECT_THROW((void)queue.get_many(2), std::system_error);
  });
  EXPECT_EQ(queue.qsize(), 1u);
  for (int i = 0; i < kMostWorkers; ++i) queue.task_done();
  EXPECT_EQ(queue.get(), text(kMostWorkers));
}

TEST(JoinableQueueBetweenProcesses, TheTasksOfTheDeadMakeRoomForTheLivingAndAreReportedByJoin) {
  JoinableQueue<int, Processes> queue(2 * kMostWorkers);
  for (int i = 0; i <= kMostWorkers; ++i) queue.put(i);
  for (int i = 0; i < kMostWorkers; ++i) {
    Crew<Processes>().start(1, [&](int) { (void)queue.get(); });
  }
  Ledger<Processes> got(1);
  {
    Crew<Processes> living;
    living.start(1, [&](int) {
      got[0] = queue.get();
      queue.task_done();
    });
  }
  EXPECT_EQ(got[0], kMostWorkers);
  EXPECT_THROW(queue.join(), WorkerLost);
  queue.join();  // reported once
}

}  // namespace
}  // namespace gilfree::testing
