// A smoke test of every primitive, in both scopes, for rough surroundings (surroundings.cc): whatever the
// system refuses, each primitive does its work, or throws an exception that names what is missing.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <numeric>
#include <string>
#include <system_error>
#include <vector>

#include "gilfree/barrier.h"
#include "gilfree/condition.h"
#include "gilfree/event.h"
#include "gilfree/joinable_queue.h"
#include "gilfree/lifo_queue.h"
#include "gilfree/lock.h"
#include "gilfree/named.h"
#include "gilfree/pipe.h"
#include "gilfree/pool.h"
#include "gilfree/priority_queue.h"
#include "gilfree/process.h"
#include "gilfree/queue.h"
#include "gilfree/semaphore.h"
#include "gilfree/thread.h"
#include "gilfree/value.h"
#include "primitives/tests/support/killable_process.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

constexpr int kWorkers = 2, kRounds = 2'000;

template <typename S>
class Smoke : public Watchdog {};
TYPED_TEST_SUITE(Smoke, BothScopes);

// Workers that each add one to a plain number `kRounds` times under `lock`.
template <typename S, typename Lockable>
void expect_exclusion(Lockable& lock) {
  Ledger<S> sum(1);
  Crew<S> crew;
  crew.start(kWorkers, [&](int) {
    for (int round = 0; round < kRounds; ++round) {
      const std::scoped_lock hold(lock);
      sum[0].store(sum[0].load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
  });
  crew.join();
  EXPECT_EQ(sum[0], kWorkers * kRounds);
}

TYPED_TEST(Smoke, LocksExclude) {
  Lock<TypeParam> lock;
  expect_exclusion<TypeParam>(lock);
  RLock<TypeParam> again;
  expect_exclusion<TypeParam>(again);
  Value<int, TypeParam> value(0);
  expect_exclusion<TypeParam>(value);
}

TYPED_TEST(Smoke, ASemaphoreOfOneExcludes) {
  struct AsLock {
    BoundedSemaphore<TypeParam> permits{1};
    void lock() { permits.acquire(); }
    void unlock() { permits.release(); }
    bool try_lock() { return permits.try_acquire(); }
  } lock;
  expect_exclusion<TypeParam>(lock);
  EXPECT_TRUE(lock.permits.try_acquire_for(1ms));
  EXPECT_FALSE(lock.permits.try_acquire_for(1ms));
}

TYPED_TEST(Smoke, EventsAndBarriersLetAllGo) {
  Event<TypeParam> begin;
  Barrier<TypeParam> barrier(kWorkers);
  Ledger<TypeParam> passed(1);
  Crew<TypeParam> crew;
  crew.start(kWorkers, [&](int) {
    begin.wait();
    for (int round = 0; round < 100; ++round) {
      barrier.wait();
      ++passed[0];
    }
  });
  EXPECT_FALSE(begin.wait_for(1ms));
  begin.set();
  crew.join();
  EXPECT_EQ(passed[0], kWorkers * 100);
}

TYPED_TEST(Smoke, ConditionsWakeTheirWaiters) {
  Condition<TypeParam> changed;
  Ledger<TypeParam> turn(1);
  Crew<TypeParam> crew;
  crew.start(kWorkers, [&](int me) {
    for (int round = 0; round < 200; ++round) {
      const std::scoped_lock hold(changed);
      changed.wait([&] { return turn[0] % kWorkers == me; });
      ++turn[0];
      changed.notify_all();
    }
  });
  crew.join();
  EXPECT_EQ(turn[0], kWorkers * 200);
}

// Each worker puts `kRounds` items; this thread gets all of them.
template <typename S, typename Q, typename Make>
void expect_all_items(Q& queue, Make make) {
  Crew<S> crew;
  crew.start(kWorkers, [&](int me) {
    for (int round = 0; round < kRounds; ++round) queue.put(make(me * kRounds + round));
  });
  std::vector<decltype(make(0))> got, put;
  for (int i = 0; i < kWorkers * kRounds; ++i) {
    got.push_back(queue.get());
    put.push_back(make(i));
  }
  crew.join();
  std::sort(got.begin(), got.end());
  std::sort(put.begin(), put.end());
  EXPECT_EQ(got, put);
  EXPECT_FALSE(queue.try_get_for(1ms));
}

TYPED_TEST(Smoke, QueuesCarryEachItemOnce) {
  Queue<int, TypeParam> numbers(64);
  expect_all_items<TypeParam>(numbers, [](int i) { return i; });
  Queue<std::string, TypeParam> texts(64);
  expect_all_items<TypeParam>(texts, [](int i) { return std::string(i % 300, 'x'); });
  LifoQueue<int, TypeParam> last_first(64);
  expect_all_items<TypeParam>(last_first, [](int i) { return i; });
  PriorityQueue<int, std::less<int>, TypeParam> smallest_first(64);
  expect_all_items<TypeParam>(smallest_first, [](int i) { return i; });
}

TYPED_TEST(Smoke, AJoinableQueueIsJoinedWhenAllIsDone) {
  JoinableQueue<int, TypeParam> queue(8);
  Ledger<TypeParam> done(1);
  Crew<TypeParam> crew;
  crew.start(kWorkers, [&](int) {
    for (int round = 0; round < 100; ++round) {
      (void)queue.get();
      ++done[0];
      queue.task_done();
    }
  });
  for (int i = 0; i < kWorkers * 100; ++i) queue.put(i);
  queue.join();
  EXPECT_EQ(done[0], kWorkers * 100);
  crew.join();
}

TYPED_TEST(Smoke, APipeCarriesQuestionsAndAnswers) {
  auto [mine, theirs] = Pipe<int, TypeParam>();
  Crew<TypeParam> crew;
  crew.start(1, [&, &theirs = theirs, &mine = mine](int) {
    if (TypeParam::kAcrossProcesses) mine.close();
    for (int round = 0; round < kRounds; ++round) theirs.send(theirs.recv() + 1);
    theirs.close();
  });
  if (TypeParam::kAcrossProcesses) theirs.close();
  for (int round = 0; round < kRounds; ++round) {
    mine.send(round);
    ASSERT_EQ(mine.recv(), round + 1);
  }
  EXPECT_THROW(mine.recv(), EndOfFile);
  crew.join();
}

int square(int number) { return number * number; }

TYPED_TEST(Smoke, APoolGivesAllResults) {
  std::vector<int> numbers(500), squares;
  std::iota(numbers.begin(), numbers.end(), 0);
  for (const int number : numbers) squares.push_back(square(number));
  Pool<TypeParam> pool(kWorkers);
  EXPECT_EQ(pool.map(square, numbers), squares);
  EXPECT_EQ(pool.apply(square, 7), 49);
}

class SmokeOfDeaths : public Watchdog {};

TEST_F(SmokeOfDeaths, AKilledHoldersLockAndPermitPassOn) {
  Lock<Processes> lock;
  BoundedSemaphore<Processes> permits(1);
  auto holder = KillableProcess::after([&] {
    lock.lock();
    permits.acquire();
  });
  EXPECT_FALSE(lock.try_lock());
  EXPECT_FALSE(permits.try_acquire());
  holder.kill();
  lock.lock();
  EXPECT_TRUE(lock.abandoned());
  lock.unlock();
  permits.acquire();
}

TEST_F(SmokeOfDeaths, AKilledSendersPipeEnds) {
  auto [mine, theirs] = Pipe<int, Processes>();
  auto sender = KillableProcess::after([&, &theirs = theirs] { theirs.send(1); });
  theirs.close();
  EXPECT_EQ(mine.recv(), 1);
  sender.kill();
  EXPECT_THROW(mine.recv(), EndOfFile);
}

TEST_F(SmokeOfDeaths, AProcessLeavesItsExitCode) {
  Process child([] { return 3; });
  child.start();
  child.join();
  EXPECT_EQ(child.exitcode(), 3);
}

void end_abruptly(int) { ::raise(SIGKILL); }

TEST_F(SmokeOfDeaths, APoolLosesOneTaskAndGoesOn) {
  Pool<Processes> pool(kWorkers);
  EXPECT_THROW(pool.apply(end_abruptly, 1), WorkerLost);
  EXPECT_EQ(pool.apply(square, 3), 9);
}

// By name, or a clear refusal that leaves nothing behind.
TEST_F(SmokeOfDeaths, NamedObjectsWorkOrAreRefusedWithAReason) {
  const std::string name = "gilfree_rough_" + std::to_string(::getpid());
  try {
    Queue<int, Processes> queue(create_only, name, 16);
    Queue<int, Processes> same(open_only, name);
    queue.put(5);
    EXPECT_EQ(same.get(), 5);
    EXPECT_TRUE(gilfree::remove(name));
  } catch (const std::system_error& refusal) {
    EXPECT_NE(std::string(refusal.what()).find(name), std::string::npos) << refusal.what();
    std::printf("refused: %s\n", refusal.what());
  }
}

}  // namespace
}  // namespace gilfree::testing
