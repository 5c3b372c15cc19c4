// Under load, in both scopes: what excludes lets in one, or as many as it says, with 2, 4 and 8
// workers; and of 100,000 signals in a row none is lost, whether the waiter is awake or asleep.
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <mutex>
#include <thread>

#include "gilfree/condition.h"
#include "gilfree/event.h"
#include "gilfree/lock.h"
#include "gilfree/semaphore.h"
#include "gilfree/value.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

template <typename S>
class LoadTest : public Watchdog {
 protected:
  // Two plain words that sum to zero whenever no worker is inside.
  struct Plain {
    long up = 0, down = 0;
  };

  void SetUp() override { ::alarm(300); }

  static void expect_exclusion(const std::function<void()>& enter,
                               const std::function<void()>& leave) {
    constexpr int kEntries = 40'000;
    for (const int workers : {2, 4, 8}) {
      detail::StateMemory<Plain, S> plain(0);
      Ledger<S> torn(1);
      Crew<S> crew;
      crew.start(workers, [&](int) {
        for (int i = 0; i < kEntries / workers; ++i) {
          enter();
          if (plain->up + plain->down != 0) torn[0]++;
          ++plain->up;
          --plain->down;
          leave();
        }
      });
      crew.join();
      EXPECT_EQ(torn[0], 0) << workers << " workers";
      EXPECT_EQ(plain->up, kEntries) << workers << " workers";
    }
  }

  template <typename Sem>
  static void expect_no_more_inside_than_permits() {
    constexpr int kEntries = 20'000;
    for (const int permits : {2, 3}) {
      for (const int workers : {2, 4, 8}) {
        Sem semaphore(permits);
        Ledger<S> inside(1), too_many(1);
        Crew<S> crew;
        crew.start(workers, [&](int me) {
          for (int i = 0; i < kEntries / workers; ++i) {
            const Permit permit(semaphore);
            if (++inside[0] > permits) too_many[0]++;
            if (i % 16 == me) std::this_thread::yield();
            --inside[0];
          }
        });
        crew.join();
        EXPECT_EQ(too_many[0], 0) << permits << " permits, " << workers << " workers";
        EXPECT_EQ(semaphore.value(), permits);
      }
    }
  }

  // Two workers hand each other the turn. Now and then one dawdles, for longer than the other stays
  // awake.
  static void play_ping_pong(const std::function<void(int me)>& await_turn,
                             const std::function<void(int other)>& give_turn) {
    constexpr int kRounds = 100'000, kDawdleEvery = 64;
    Crew<S> crew;
    give_turn(0);  // before both may wait: one notification could then reach the other worker
    crew.start(2, [&](int me) {
      for (int i = 0; i < kRounds; ++i) {
        await_turn(me);
        if (i % kDawdleEvery == 31 * me) dawdle();
        give_turn(1 - me);
      }
    });
    crew.join();  // a signal lost is a hang
  }
  static void dawdle() {
    for (const auto end = Clock::now() + 2 * detail::kSpinTime; Clock::now() < end;)
      detail::relax();
  }
};
TYPED_TEST_SUITE(LoadTest, BothScopes);

TYPED_TEST(LoadTest, ALockLetsInOne) {
  Lock<TypeParam> lock;
  this->expect_exclusion([&] { lock.lock(); }, [&] { lock.unlock(); });
}

TYPED_TEST(LoadTest, ALockThatIsTriedUntilHadLetsInOne) {
  Lock<TypeParam> lock;
  this->expect_exclusion(
      [&] {
        while (!lock.try_lock() && !lock.try_lock_for(10us)) continue;
      },
      [&] { lock.unlock(); });
}

TYPED_TEST(LoadTest, AnRLockTakenTwiceLetsInOne) {
  RLock<TypeParam> lock;
  this->expect_exclusion(
      [&] {
        lock.lock();
        lock.lock();
      },
      [&] {
        lock.unlock();
        lock.unlock();
      });
}

TYPED_TEST(LoadTest, ASemaphoreOfOnePermitLetsInOne) {
  Semaphore<TypeParam> semaphore(1);
  this->expect_exclusion([&] { semaphore.acquire(); }, [&] { semaphore.release(); });
}

TYPED_TEST(LoadTest, ABoundedSemaphoreOfOnePermitLetsInOne) {
  BoundedSemaphore<TypeParam> semaphore(1);
  this->expect_exclusion([&] { semaphore.acquire(); }, [&] { semaphore.release(); });
}

TYPED_TEST(LoadTest, AConditionThatIsWaitedOnInsideLetsInOne) {
  Condition<TypeParam> condition;
  this->expect_exclusion([&] { condition.lock(); },
                         [&] {
                           condition.notify_one();
                           condition.wait_for(0ms);
                           condition.unlock();
                         });
}

TYPED_TEST(LoadTest, ASemaphoreLetsInAsManyAsItHasPermits) {
  this->template expect_no_more_inside_than_permits<Semaphore<TypeParam>>();
}

TYPED_TEST(LoadTest, ABoundedSemaphoreLetsInAsManyAsItHasPermits) {
  this->template expect_no_more_inside_than_permits<BoundedSemaphore<TypeParam>>();
}

TYPED_TEST(LoadTest, EventsLoseNoSignal) {
  Event<TypeParam> turns[2];
  this->play_ping_pong(
      [&](int me) {
        turns[me].wait();
        turns[me].clear();
      },
      [&](int other) { turns[other].set(); });
}

TYPED_TEST(LoadTest, SemaphoresLoseNoSignal) {
  Semaphore<TypeParam> turns[2] = {Semaphore<TypeParam>(0), Semaphore<TypeParam>(0)};
  this->play_ping_pong([&](int me) { turns[me].acquire(); },
                       [&](int other) { turns[other].release(); });
}

TYPED_TEST(LoadTest, ConditionsLoseNoSignal) {
  Condition<TypeParam> changed;
  Value<int, TypeParam> turn(-1);
  this->play_ping_pong(
      [&](int me) {
        const std::scoped_lock hold(changed);
        changed.wait([&] { return turn.value() == me; });
      },
      [&](int other) {
        const std::scoped_lock hold(changed);
        turn.value() = other;
        changed.notify_one();
      });
}

}  // namespace
}  // namespace gilfree::testing
