#include "gilfree/joinable_queue.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "gilfree/detail/queue/unfinished_tasks.h"
#include "gilfree/errors.h"
#include "gilfree/queue.h"
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

// As in Python, where any thread may call task_done(), and a thread that has ended has done nothing wrong.
TYPED_TEST(JoinableQueueTest, ATaskWhoseThreadHasEndedIsUnfinishedUntilAnotherOfItsProcessIsDone) {
  JoinableQueue<int, TypeParam> queue(2);
  queue.put_many(std::vector<int>{1, 2});
  std::thread([&] { (void)queue.get(); }).join();
  std::thread([&] { (void)queue.get(); }).join();
  EXPECT_FALSE(queue.join_for(1ms));
  queue.task_done();
  EXPECT_FALSE(queue.join_for(1ms));
  queue.task_done();
  EXPECT_TRUE(queue.join_for(0ms));
  EXPECT_THROW(queue.task_done(), std::logic_error);
}

TYPED_TEST(JoinableQueueTest, AnyNumberOfThreadsOfAProcessMayHaveUnfinishedTasks) {
  constexpr int kThreads = 1025;  // so many processes may not
  JoinableQueue<int, TypeParam> queue(kThreads);
  for (int i = 0; i < kThreads; ++i) queue.put(i);
  for (int i = 0; i < kThreads; ++i) {
    std::thread([&] { EXPECT_NO_THROW((void)queue.get()); }).join();
  }
  for (int i = 0; i < kThreads; ++i) {
    EXPECT_FALSE(queue.join_for(0ms));
    queue.task_done();
  }
  queue.join();
}

class JoinableQueueOfProcessesTest : public Watchdog {};

TEST_F(JoinableQueueOfProcessesTest, TaskDoneMayComeFromAProcessThatNeitherPutNorGot) {
  JoinableQueue<int> queue(1);
  const auto in_a_process = [](const std::function<void()>& body) {
    return fork_child([&] {
      body();
      ::pause();
    });
  };
  const pid_t producer = in_a_process([&] { queue.put(1); });
  Queue<int, Processes> got(1);
  const pid_t consumer = in_a_process([&] { got.put(queue.get()); });
  EXPECT_EQ(got.get(), 1);
  EXPECT_FALSE(queue.join_for(1ms));
  const pid_t third = in_a_process([&] { queue.task_done(); });
  queue.join();
  EXPECT_THROW(queue.task_done(), std::logic_error);
  for (const pid_t each : {producer, consumer, third}) {
    ::kill(each, SIGKILL);
    ::waitpid(each, nullptr, 0);
  }
}

// Two consumers hand their results to this process, which calls task_done() for them. One is killed before it has a
// result. The other one lives on, and waits for an item.
TEST_F(JoinableQueueOfProcessesTest, ATaskDoneForALivingConsumerIsNotCountedForADeadOne) {
  JoinableQueue<int> queue(2);
  queue.put_many(std::vector<int>{1, 2});
  const pid_t dead = fork_child([&] {
    (void)queue.get();
    ::kill(::getpid(), SIGKILL);
  });
  ::waitpid(dead, nullptr, 0);
  Queue<int, Processes> results(1);
  const pid_t living = fork_child([&] {
    results.put(queue.get());
    (void)queue.get();
  });
  EXPECT_EQ(results.get(), 2);
  queue.task_done();
  EXPECT_THROW(queue.join(), WorkerLost);
  EXPECT_THROW(queue.task_done(), std::logic_error) << "what is lost is unfinished no more";
  ::kill(living, SIGKILL);
  ::waitpid(living, nullptr, 0);
}

// Two joins that end at a time may report in either order.
TEST(UnfinishedTasks, AReportThatComesLateTakesNoLaterOneBack) {
  const auto unfinished = std::make_unique<detail::UnfinishedTasks<Processes>>();
  unfinished->report(2);
  unfinished->report(1);
  EXPECT_EQ(unfinished->reported(), 2u);
}

}  // namespace
}  // namespace gilfree::testing
