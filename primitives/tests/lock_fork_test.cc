// Lock and RLock where their holder forks, or ends in good order without unlocking.
//
// Across processes a child is another participant. Between threads it has a copy of everything, locks
// included, and is, in that copy, the thread that forked.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "gilfree/lock.h"
#include "gilfree/queue.h"
#include "primitives/tests/support/another.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

// In a child: the answer to a question about its copy of the memory, 0 to 255.
int ask_child(const std::function<int()>& question) {
  const pid_t child = fork_child([&] { ::_exit(question()); });
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

template <typename L>
class SharedLockTest : public Watchdog {};
using SharedLocks = ::testing::Types<Lock<Processes>, RLock<Processes>>;
TYPED_TEST_SUITE(SharedLockTest, SharedLocks);

TYPED_TEST(SharedLockTest, WhatAParentHoldsIsNotItsChilds) {
  TypeParam lock;
  const std::scoped_lock hold(lock);
  EXPECT_EQ(ask_child([&] { return lock.owned() ? 1 : 0; }), 0);
  EXPECT_EQ(ask_child([&] { return lock.try_lock() ? 1 : 0; }), 0);
  EXPECT_EQ(ask_child([&] { return static_cast<int>(error_of([&] { lock.unlock(); })); }),
            static_cast<int>(std::errc::operation_not_permitted));
  EXPECT_TRUE(lock.owned());
}

TYPED_TEST(SharedLockTest, AChildThatInheritsItWaitsForItsParent) {
  TypeParam lock;
  Ledger<Processes> got(1);
  SleepWatch<Processes> watch(1);
  Crew<Processes> crew;
  lock.lock();
  crew.start(1, [&](int) {
    watch.will_sleep(0);
    const std::scoped_lock hold(lock);
    got[0] = lock.abandoned() ? 2 : 1;
  });
  watch.await(0);
  EXPECT_EQ(got[0], 0);
  lock.unlock();
  crew.join();
  EXPECT_EQ(got[0], 1);
}

TYPED_TEST(SharedLockTest, GrandchildrenShareItToo) {
  TypeParam lock;
  const int got = ask_child([&] {
    const std::scoped_lock hold(lock);
    return ask_child([&] { return lock.try_lock() ? 1 : 0; });
  });
  EXPECT_EQ(got, 0);
}

TYPED_TEST(SharedLockTest, AProcessThatEndsHoldingItHasAbandonedItToTheNextAlone) {
  TypeParam lock;
  EXPECT_EQ(ask_child([&] { return lock.try_lock() ? 7 : 0; }), 7);
  EXPECT_FALSE(lock.locked());
  EXPECT_FALSE(lock.abandoned());  // that is for its holder to ask
  lock.lock();
  EXPECT_TRUE(lock.abandoned());
  EXPECT_FALSE(ask_child([&] { return lock.abandoned() ? 1 : 0; }));
  lock.unlock();
  lock.lock();
  EXPECT_FALSE(lock.abandoned());
  lock.unlock();
}

TYPED_TEST(SharedLockTest, AThreadThatEndsHoldingItHasAbandonedItToo) {
  TypeParam lock;
  std::thread([&] { lock.lock(); }).join();
  EXPECT_TRUE(lock.try_lock());
  EXPECT_TRUE(lock.abandoned());
  lock.unlock();
}

TYPED_TEST(SharedLockTest, ASleeperForAnAbandonedLockIsLetInByTheEndOfTheHolder) {
  TypeParam lock;
  Ledger<Processes> abandoned(3);
  SleepWatch<Processes> watch(3);
  Crew<Processes> crew;
  std::promise<void> sleeping;
  std::promise<void> held;
  std::thread holder([&] {
    lock.lock();
    held.set_value();
    sleeping.get_future().wait();
  });
  held.get_future().wait();
  crew.start(3, [&](int me) {
    watch.will_sleep(me);
    const std::scoped_lock hold(lock);
    abandoned[me] = lock.abandoned() ? 1 : 0;
  });
  watch.await_all();
  sleeping.set_value();
  holder.join();
  crew.join();
  EXPECT_EQ(abandoned[0] + abandoned[1] + abandoned[2], 1);
}

template <typename L>
class ThreadLockTest : public Watchdog {};
using ThreadLocks = ::testing::Types<Lock<Threads>, RLock<Threads>>;
TYPED_TEST_SUITE(ThreadLockTest, ThreadLocks);

TYPED_TEST(ThreadLockTest, WhatOneHoldsAndForksIsHeldByItsCopyToo) {
  TypeParam lock;
  const std::scoped_lock hold(lock);
  const int answer = ask_child([&] {
    if (!lock.owned()) return 1;
    lock.unlock();
    return lock.locked() ? 2 : 0;
  });
  EXPECT_EQ(answer, 0);
  EXPECT_TRUE(lock.owned());
}

TYPED_TEST(ThreadLockTest, WhatAnotherThreadHeldAtTheForkStaysHeldInTheChildAlone) {
  TypeParam lock;
  std::promise<void> held, forked;
  std::thread holder([&] {
    const std::scoped_lock hold(lock);
    held.set_value();
    forked.get_future().wait();
  });
  held.get_future().wait();
  EXPECT_EQ(ask_child([&] { return lock.try_lock() ? 1 : 0; }), 0);
  EXPECT_EQ(ask_child([&] { return lock.try_lock_for(1ms) ? 1 : 0; }), 0);
  forked.set_value();
  holder.join();
  EXPECT_TRUE(lock.try_lock());
  EXPECT_FALSE(lock.abandoned());
  lock.unlock();
}

TYPED_TEST(ThreadLockTest, AChildMayDestroyWhatAnotherThreadHeldAtTheFork) {
  std::optional<TypeParam> lock(std::in_place);
  std::promise<void> held, forked;
  std::thread holder([&] {
    const std::scoped_lock hold(*lock);
    held.set_value();
    forked.get_future().wait();
  });
  held.get_future().wait();
  const int answer = ask_child([&] {
    lock.reset();
    return 7;
  });
  EXPECT_EQ(answer, 7);
  forked.set_value();
  holder.join();
}

// As in Python: a thread does not die alone, so a lock that its holder forgot is a mistake to find.
TYPED_TEST(ThreadLockTest, AThreadThatEndsHoldingItLeavesItHeld) {
  static auto& lock = *new TypeParam;  // never destroyed, since it is held
  std::thread([] { lock.lock(); }).join();
  EXPECT_TRUE(lock.locked());
  EXPECT_FALSE(lock.try_lock());
  std::thread([] { EXPECT_FALSE(lock.try_lock_for(1ms)); }).join();
}

template <typename S>
class ForkAmidTrafficTest : public Watchdog {};
TYPED_TEST_SUITE(ForkAmidTrafficTest, BothScopes);

// Two threads fight for the lock, so that forks meet them at all its places; each child can use
// whatever was not held at that moment.
TYPED_TEST(ForkAmidTrafficTest, AChildCanLockAllThatWasFree) {
  Lock<TypeParam> fought_over, quiet;
  std::atomic<bool> done{false};
  const auto fight = [&] {
    while (!done) const std::scoped_lock hold(fought_over);
  };
  std::thread one(fight), other(fight);
  for (int i = 0; i < 30; ++i) {
    const int answer = ask_child([&] {
      const std::scoped_lock hold(quiet);
      if constexpr (TypeParam::kAcrossProcesses) fought_over.lock();  // its holder lives elsewhere
      return 7;
    });
    ASSERT_EQ(answer, 7);
  }
  done = true;
  one.join();
  other.join();
}

TEST(ForkAmidQueueTrafficTest, AQueueOfThreadsKeepsItsTimeoutInAChild) {
  Queue<int, Threads> queue(100);
  std::atomic<bool> done{false};
  std::thread other([&] {
    while (!done) queue.put(1), (void)queue.get();
  });
  for (int i = 0; i < 30; ++i) {
    const int answer = ask_child([&] {
      (void)queue.try_put_for(2, 1ms);
      (void)queue.try_get_for(1ms);
      return 7;
    });
    EXPECT_EQ(answer, 7);
  }
  done = true;
  other.join();
}

}  // namespace
}  // namespace gilfree::testing
