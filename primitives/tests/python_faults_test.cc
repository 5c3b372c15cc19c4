// Faults 1 to 3 and 7 to 9 of docs/python-faults.md: deaths at a lock, a queue or a pipe.

#include "primitives/tests/support/python_faults.h"

#include <gtest/gtest.h>

#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMebibyte = 1 << 20;

// An item that cannot be written.
struct Unwritable {
  std::vector<int> numbers;
};

}  // namespace
}  // namespace gilfree::testing

template <>
struct gilfree::Codec<gilfree::testing::Unwritable> {
  using Item = gilfree::testing::Unwritable;
  static std::size_t size(const Item& item) { return item.numbers.size() * sizeof(int); }
  static void write(const Item& item, std::byte*) {
    if (item.numbers.empty()) throw std::runtime_error("cannot be written");
  }
  static Item read(const std::byte*, std::size_t size) {
    return {std::vector<int>(size / sizeof(int))};
  }
};

namespace gilfree::testing {
namespace {

void notify_all(mp::Condition& condition) {
  const std::scoped_lock hold(condition);
  condition.notify_all();
}

void expect_to_end(mp::Process& process) {
  process.join();
  EXPECT_EQ(process.exitcode(), 0);
}

// 1. CPython: acquire() in every other process hangs.
TEST_F(PythonFaultsTest, TheLockOfAKilledHolderPassesOn) {
  mp::Lock lock;
  kill(after([&] { lock.lock(); }));
  const std::scoped_lock hold(lock);
  EXPECT_TRUE(lock.abandoned());
}

// 1. CPython: the same.
TEST_F(PythonFaultsTest, TheRLockOfAKilledHolderPassesOn) {
  mp::RLock lock;
  kill(after([&] { lock.lock(), lock.lock(); }));
  const std::scoped_lock hold(lock);
  EXPECT_TRUE(lock.abandoned());
}

// 1. CPython: Semaphore(1).acquire() hangs, a BoundedSemaphore's too.
TEST_F(PythonFaultsTest, TheOnlyPermitOfAKilledHolderComesBackToABoundedSemaphore) {
  mp::BoundedSemaphore semaphore(1);
  kill(after([&] { semaphore.acquire(); }));
  semaphore.acquire();
  semaphore.release();
}

// 1. CPython: wait() and notify() hang, as the lock is never free again.
TEST_F(PythonFaultsTest, AConditionGoesOnWhenTheHolderOfItsLockIsKilled) {
  mp::Condition condition;
  auto waiter = waiter_of(condition);
  kill(after([&] { condition.lock(); }));
  notify_all(condition);
  expect_to_end(waiter);
}

// 1. CPython: terminate() in the middle of `with lock` leaves it locked.
TEST_F(PythonFaultsTest, TerminateInsideALockLeavesNoneWaiting) {
  mp::Lock lock;
  auto holder = after([&] { lock.lock(); });
  holder.terminate();
  holder.join();
  lock.lock();
  EXPECT_TRUE(lock.abandoned());
  lock.unlock();
}

// 1. CPython: a process that ends without release() leaves it locked.
TEST_F(PythonFaultsTest, AProcessThatEndsWithoutReleaseLeavesNoneWaiting) {
  mp::Lock lock;
  mp::Process careless([&] { lock.lock(); });
  careless.start();
  careless.join();
  EXPECT_EQ(careless.exitcode(), 0);
  lock.lock();
  EXPECT_TRUE(lock.abandoned());
  lock.unlock();
}

// 2. CPython: there is one permit less from now on, and no word of it.
TEST_F(PythonFaultsTest, APermitOfTwoThatAKilledHolderHadComesBack) {
  mp::BoundedSemaphore semaphore(2);
  kill(after([&] { semaphore.acquire(); }));
  semaphore.acquire();
  semaphore.acquire();
  EXPECT_FALSE(semaphore.try_acquire());
  semaphore.release(2);
}

// 2. CPython: the same. Of a plain Semaphore any thread may release what another acquired, so that no one
// can say whose a permit is: the loss stays, but a timed call returns and a release mends it.
TEST_F(PythonFaultsTest, APermitOfAPlainSemaphoreIsLostAndCanBeReleasedByAnyThread) {
  mp::Semaphore semaphore(1);
  kill(after([&] { semaphore.acquire(); }));
  EXPECT_FALSE(semaphore.try_acquire_for(1ms));
  semaphore.release();
  semaphore.acquire();
}

// 3. CPython: notify() hangs, and holds the lock meanwhile.
TEST_F(PythonFaultsTest, NotifyPassesOverAKilledWaiter) {
  mp::Condition condition;
  auto dead = waiter_of(condition);
  auto alive = waiter_of(condition);
  kill(std::move(dead));
  {
    const std::scoped_lock hold(condition);
    condition.notify_one();
  }
  expect_to_end(alive);
}

// 3. CPython: notify_all() hangs in the same way.
TEST_F(PythonFaultsTest, NotifyAllReachesThoseThatAreLeft) {
  mp::Condition condition;
  auto first = waiter_of(condition);
  auto dead = waiter_of(condition);
  auto last = waiter_of(condition);
  kill(std::move(dead));
  notify_all(condition);
  expect_to_end(first);
  expect_to_end(last);
}

// 3. CPython: set() hangs, and from then on is_set() does too.
TEST_F(PythonFaultsTest, AnEventIsSetWhateverBecameOfItsWaiters) {
  mp::Event event;
  auto dead = asleep_in([&] { event.wait(); });
  auto alive = asleep_in([&] { event.wait(); });
  kill(std::move(dead));
  event.set();
  EXPECT_TRUE(event.is_set());
  expect_to_end(alive);
}

// 7. CPython: get() hangs in the middle of the message, get(timeout=2) does too, and another producer
// hangs when it ends.
TEST_F(PythonFaultsTest, AProducerKilledInALargePutLeavesNoHalfOfIt) {
  mp::Queue<std::string> queue(4);
  for (int round = 0; round < 20; ++round) {
    auto producer = after([&] { queue.put(std::string(kMebibyte, 'a')); });
    mp::Process in_the_middle(
        [&] {
          while (true) queue.put(std::string(kMebibyte, 'b'));
        },
        {.daemon = true});
    in_the_middle.start();
    EXPECT_EQ(queue.get().size(), kMebibyte);
    kill(std::move(in_the_middle));
    while (auto left = queue.try_get_for(1ms)) EXPECT_EQ(left->size(), kMebibyte);
    mp::Process another([&] { queue.put("whole"); });
    another.start();
    another.join();
    EXPECT_EQ(queue.get(), "whole");
  }
}

// 7. CPython: recv() hangs in the middle of the message if the reader has kept the end that is written
// to; poll(t) says that there is something. Ours waits for a whole message that the reader might still
// send itself: recv_for comes back, and once that end is closed recv says that it is over.
TEST_F(PythonFaultsTest, ASenderKilledInALargeMessageLeavesNoHalfOfIt) {
  auto [receiver, sender] = mp::Pipe<std::string>({.duplex = false});
  mp::Process in_the_middle(
      [&sender = sender] {
        while (true) sender.send(std::string(kMebibyte, 'b'));
      },
      {.daemon = true});
  in_the_middle.start();
  EXPECT_EQ(receiver.recv().size(), kMebibyte);
  kill(std::move(in_the_middle));
  while (auto left = receiver.try_recv_for(1ms)) EXPECT_EQ(left->size(), kMebibyte);
  EXPECT_FALSE(receiver.poll_for(1ms));
  sender.close();
  EXPECT_THROW(receiver.recv(), mp::EndOfFile);
}

// 8. CPython: the killed one has taken the readers' lock with it, and the others hang.
TEST_F(PythonFaultsTest, TheOtherConsumersGetWhatAKilledOneWaitedFor) {
  mp::Queue<int> queue(4);
  auto dead = asleep_in([&] { (void)queue.get(); });
  mp::Process alive([&] { return queue.get(); });
  alive.start();
  kill(std::move(dead));
  queue.put(7);
  alive.join();
  EXPECT_EQ(alive.exitcode(), 7);
}

// 8. CPython: get(timeout) says Empty though an item is there.
TEST_F(PythonFaultsTest, ATimedGetFindsTheItemThatAKilledConsumerWaitedFor) {
  mp::Queue<int> queue(4);
  kill(asleep_in([&] { (void)queue.get(); }));
  queue.put(7);
  EXPECT_EQ(queue.try_get_for(1h), 7);
}

// 9. CPython: join() hangs.
TEST_F(PythonFaultsTest, JoinReportsAWorkerThatDiedBeforeItWasDone) {
  mp::JoinableQueue<int> queue(4);
  queue.put(1);
  kill(after([&] { (void)queue.get(); }));
  EXPECT_THROW(queue.join(), mp::WorkerLost);
  queue.put(2);
  (void)queue.get();
  queue.task_done();
  queue.join();
}

// Lost. CPython: put() of what cannot be pickled returns, and the item is gone. A type that cannot
// travel does not compile here; where its Codec throws, put() does.
TEST_F(PythonFaultsTest, AnItemThatCannotBeWrittenIsReportedByPut) {
  mp::Queue<Unwritable> queue(4);
  EXPECT_THROW(queue.put(Unwritable{}), std::runtime_error);
  queue.put(Unwritable{{1, 2}});
  EXPECT_EQ(queue.get().numbers.size(), 2u);
}

}  // namespace
}  // namespace gilfree::testing
