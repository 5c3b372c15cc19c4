// The death of unrelated processes, which share an object by its name: what they leave, and what the
// survivors see.
#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <thread>

#include "gilfree/barrier.h"
#include "gilfree/condition.h"
#include "gilfree/errors.h"
#include "gilfree/lock.h"
#include "gilfree/named.h"
#include "gilfree/semaphore.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/line.h"
#include "primitives/tests/support/named.h"

namespace gilfree::testing {
namespace {

class NamedDeaths : public NamedTest {};

TEST_F(NamedDeaths, TheLockOfAKilledUnrelatedProcessPassesOnAndIsAbandoned) {
  RLock<> lock(create_only, name());
  for (const bool is_awaited : {false, true}) {
    UnrelatedProcess holder = play("hold");
    EXPECT_FALSE(lock.try_lock());
    SleepWatch<Processes> watch(1);
    Ledger<Processes> abandoned(1);
    Crew<Processes> crew;
    const auto take = [&](int) {
      watch.will_sleep(0);
      const std::scoped_lock hold(lock);
      abandoned[0] = lock.abandoned();
    };
    if (is_awaited) crew.start(1, take), watch.await(0);
    holder.kill();
    if (!is_awaited) take(0);
    crew.join();
    EXPECT_TRUE(abandoned[0]) << is_awaited;
    lock.lock();
    EXPECT_FALSE(lock.abandoned());
    lock.unlock();
  }
}

TEST_F(NamedDeaths, ThePermitsOfAKilledUnrelatedProcessComeBack) {
  BoundedSemaphore<> semaphore(create_only, name(), 2);
  UnrelatedProcess holder = play("take");
  EXPECT_EQ(semaphore.value(), 1);
  semaphore.acquire();
  holder.kill();
  semaphore.acquire();
  EXPECT_EQ(semaphore.value(), 0);
}

TEST_F(NamedDeaths, AnUnrelatedProcessKilledWaitingBreaksTheBarrier) {
  Barrier<> barrier(create_only, name(), 3);
  UnrelatedProcess party = play("wait_at_barrier");
  while (barrier.n_waiting() == 0) std::this_thread::yield();
  party.kill();
  EXPECT_THROW(barrier.wait(), BrokenBarrier);
}

TEST_F(NamedDeaths, AnUnrelatedProcessKilledWaitingTakesNoNotification) {
  Condition<> condition(create_only, name());
  UnrelatedProcess first = play("wait_on_condition");  // it says so holding the lock
  Line<Processes> line(condition, 1);
  line.add(1);
  first.kill();
  {
    const std::scoped_lock hold(condition);
    condition.notify_one();
  }
  line.join();
  EXPECT_EQ(line.back(), 1);
}

// The parts of the unrelated processes. Each says that it is ready, then lives until it is killed.
const Parts kParts = {
    {"hold",
     [](const std::string& name) {
       RLock<> lock(open_only, name);
       lock.lock();
       say_ready(name);
       return live();
     }},
    {"take",
     [](const std::string& name) {
       BoundedSemaphore<> semaphore(open_only, name);
       semaphore.acquire();
       say_ready(name);
       return live();
     }},
    {"wait_at_barrier",
     [](const std::string& name) {
       Barrier<> barrier(open_only, name);
       say_ready(name);
       return barrier.wait();
     }},
    {"wait_on_condition",
     [](const std::string& name) {
       Condition<> condition(open_only, name);
       const std::scoped_lock hold(condition);
       say_ready(name);
       condition.wait();
       return 0;
     }},
};

}  // namespace
}  // namespace gilfree::testing

int main(int argc, char** argv) {
  return gilfree::testing::test_or_play(argc, argv, gilfree::testing::kParts);
}
