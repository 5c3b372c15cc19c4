// The soak of the synchronisation primitives: kill -9 at random moments of live traffic.
//
// Walks meet every instruction, one victim at a time; here many are under way at once. Whatever died,
// each of the others must go on, and the books must balance exactly.
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <optional>

#include "gilfree/barrier.h"
#include "gilfree/condition.h"
#include "gilfree/event.h"
#include "gilfree/lock.h"
#include "gilfree/semaphore.h"
#include "gilfree/value.h"
#include "primitives/tests/support/leftovers.h"
#include "primitives/tests/support/soak.h"

namespace gilfree::testing {
namespace {

constexpr int kWorkers = 4;

class SyncSoakTest : public Watchdog {
 protected:
  void SetUp() override {
    ::alarm(900);
    files_before_ = open_descriptors();
  }
  // Nothing is left behind: no child, no file.
  void TearDown() override {
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
    EXPECT_EQ(open_descriptors(), files_before_);
    ::alarm(0);
  }

  // What each worker has done: in shared memory, so that it outlives the worker.
  long sum() {
    long sum = 0;
    for (int me = 0; me < kWorkers; ++me) sum += done_[me];
    return sum;
  }

  Ledger<Processes> done_{kWorkers};
  std::ptrdiff_t files_before_ = 0;
};

// A counter that only its holder touches. A holder that learns of the last one's death sets it right.
template <typename L>
void increment(L& counter, RLock<Processes>& lock, Ledger<Processes>& done, int me, long sum) {
  if (lock.abandoned()) counter.value() = sum;
  ++done[me];
  ++counter.value();
}

TEST_F(SyncSoakTest, AValueUnderItsRLockCountsEveryIncrement) {
  Value<long> counter(0);
  auto& lock = counter.get_lock();
  Soak soak(kWorkers, [&](int me, Soak& it) {
    {
      const std::scoped_lock hold(lock);
      const std::scoped_lock again(lock);
      increment(counter, lock, done_, me, sum());
    }
    it.succeeded(me);
  });
  soak.run("RLock and Value");
  const std::scoped_lock hold(lock);
  if (!lock.abandoned()) {
    EXPECT_EQ(counter.value(), sum());
  }
}

TEST_F(SyncSoakTest, ALockLetsOneInAtATimeAndReportsTheDead) {
  Lock<Processes> lock;
  Ledger<Processes> book(3);
  enum { kInside, kTwoInside, kTotal };
  Soak soak(kWorkers, [&](int me, Soak& it) {
    lock.lock();
    if (lock.abandoned()) {
      book[kInside] = 0;
      book[kTotal] = sum();
    }
    if (book[kInside].exchange(1) != 0) book[kTwoInside] = 1;
    done_[me]++;
    book[kTotal] = book[kTotal] + 1;
    book[kInside] = 0;
    lock.unlock();
    it.succeeded(me);
  });
  soak.run("Lock");
  EXPECT_EQ(book[kTwoInside], 0);
  lock.lock();
  if (!lock.abandoned()) {
    EXPECT_EQ(book[kTotal], sum());
  }
  lock.unlock();
}

TEST_F(SyncSoakTest, ABoundedSemaphoreHasAllItsPermitsWhicheverDied) {
  BoundedSemaphore<Processes> semaphore(2);
  Soak soak(kWorkers, [&](int me, Soak& it) {
    semaphore.acquire();
    semaphore.release();
    it.succeeded(me);
    it.may_park(me);
  });
  soak.run("BoundedSemaphore", {.afterwards = [&] {
             soak.park_all();
             EXPECT_EQ(semaphore.value(), 2);
             soak.release_all();
           }});
  EXPECT_EQ(semaphore.value(), 2);
}

// A victim that held a permit takes it along; one that was acquiring or releasing may have; no other.
TEST_F(SyncSoakTest, ASemaphoreLosesOnlyThePermitsOfTheDead) {
  constexpr long kPermits = kWorkers - 1;  // more than victims at a time: the rest must get on
  Semaphore<Processes> semaphore(kPermits);
  enum State { kOutside, kOnTheWay, kHolds };
  Soak soak(kWorkers, [&](int me, Soak& it) {
    done_[me] = kOnTheWay;
    semaphore.acquire();
    done_[me] = kHolds;
    detail::relax();
    done_[me] = kOnTheWay;
    semaphore.release();
    done_[me] = kOutside;
    it.succeeded(me);
    it.may_park(me);
  });
  long least = 0, most = 0;  // permits that may have been lost since the books were right
  soak.run("Semaphore", {.at_death =
                             [&](int victim) {
                               least += done_[victim] == kHolds ? 1 : 0;
                               most += done_[victim] == kOutside ? 0 : 1;
                             },
                         .afterwards =
                             [&] {
                               soak.park_all();
                               const long lost = kPermits - semaphore.value();
                               EXPECT_LE(lost, most);
                               EXPECT_GE(lost, least);
                               if (lost > 0) semaphore.release(lost);
                               least = most = 0;
                               soak.release_all();
                             },
                         .most_victims = kPermits - 1});
}

// Two pairs: one of each pair sets the other's event and waits for its own.
TEST_F(SyncSoakTest, AnEventThatWasSetLetsItsWaiterGo) {
  std::array<Event<Processes>, kWorkers> events;
  Ledger<Processes> rounds(kWorkers / 2);
  Soak soak(kWorkers, [&](int me, Soak& it) {
    auto& round = rounds[me / 2];
    events[me ^ 1].set();  // which the one before may have died without
    while (true) {
      events[me].clear();
      if (round % 2 == me % 2) {
        round++;
        events[me ^ 1].set();
        it.succeeded(me);
      }
      events[me].wait();
    }
  });
  soak.run("Event", {.needs_all = true});
}

TEST_F(SyncSoakTest, AConditionsNotificationsReachTheLivingAndTheStockIsRight) {
  constexpr long kRoom = 2;
  Lock<Processes> lock;
  Condition<Processes> not_full(lock), not_empty(lock);
  Ledger<Processes> stock(1);
  const auto right = [&] { return done_[0] + done_[1] - done_[2] - done_[3]; };
  const auto set_right = [&] {
    if (!lock.abandoned()) return;
    stock[0] = right();  // the dead one may not have come to say so
    not_full.notify_all();
    not_empty.notify_all();
  };
  Soak soak(kWorkers, [&](int me, Soak& it) {
    const bool produces = me < 2;
    {
      const std::scoped_lock hold(lock);
      (produces ? not_full : not_empty).wait([&] {
        set_right();
        return produces ? stock[0] < kRoom : stock[0] > 0;
      });
      done_[me]++;
      stock[0] += produces ? 1 : -1;
      (produces ? not_empty : not_full).notify_one();
    }
    it.succeeded(me);
  });
  soak.run("Condition", {.needs_all = true});
  const std::scoped_lock hold(lock);
  set_right();
  EXPECT_EQ(stock[0], right());
  EXPECT_GE(stock[0], 0);
  EXPECT_LE(stock[0], kRoom);
}

// Of each round every index passes once, but for those of the dead.
TEST_F(SyncSoakTest, ABarrierPassesOrBreaksForAllAndCanBeReset) {
  Barrier<Processes> barrier(kWorkers);
  Lock<Processes> resetting;
  Soak soak(kWorkers, [&](int me, Soak& it) {
    try {
      done_[barrier.wait()]++;
      it.succeeded(me);
    } catch (const BrokenBarrier&) {
      const std::scoped_lock hold(resetting);
      if (barrier.broken()) barrier.reset();
    }
  });
  soak.run("Barrier", {.needs_all = true});
  long fewest = done_[0], most = done_[0];
  for (int index = 1; index < kWorkers; ++index) {
    fewest = std::min<long>(fewest, done_[index]);
    most = std::max<long>(most, done_[index]);
  }
  EXPECT_LE(most - fewest, soak.kills() + kWorkers);
}

}  // namespace
}  // namespace gilfree::testing
