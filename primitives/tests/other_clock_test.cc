// A wait until a moment of another clock ends when that clock says so, also when it is set meanwhile; and
// what a timeout may be.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <vector>

#include "gilfree/barrier.h"
#include "gilfree/condition.h"
#include "gilfree/deadline.h"
#include "gilfree/event.h"
#include "gilfree/lock.h"
#include "gilfree/queue.h"
#include "gilfree/semaphore.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

// A clock that stands still until it is set, for all processes.
struct TestClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<TestClock>;
  static constexpr bool is_steady = false;

  static inline std::atomic<std::int64_t>* hours = nullptr;
  static time_point now() { return time_point(std::chrono::hours(hours->load())); }
};

template <typename S>
class OtherClockTest : public Watchdog {
 protected:
  void SetUp() override {
    Watchdog::SetUp();
    TestClock::hours = &shared_[0];
    shared_[0] = 1;
  }
  Ledger<S> shared_{2};
};
TYPED_TEST_SUITE(OtherClockTest, BothScopes);

TYPED_TEST(OtherClockTest, AWaitEndsWhenTheClockIsSetForwardAndNotBefore) {
  using S = TypeParam;
  Lock<S> lock;
  Semaphore<S> semaphore(0);
  Event<S> event;
  Condition<S> condition;
  Barrier<S> barrier(2);
  Queue<int, S> empty(1);
  lock.lock();
  const std::vector<std::function<bool(TestClock::time_point)>> waits = {
      [&](auto time) { return lock.try_lock_until(time); },
      [&](auto time) { return semaphore.try_acquire_until(time); },
      [&](auto time) { return event.wait_until(time); },
      [&](auto time) {
        const std::scoped_lock hold(condition);
        return condition.wait_until(time);
      },
      [&](auto time) {
        try {
          barrier.wait_until(time);
          return true;
        } catch (const BrokenBarrier&) {
          return false;
        }
      },
      [&](auto time) { return empty.try_get_until(time).has_value(); }};
  for (std::size_t which = 0; which < waits.size(); ++which) {
    for (const auto patience : {TestClock::duration(1h), TestClock::duration(1ms)}) {
      TestClock::hours->store(1);
      this->shared_[1] = 0;
      barrier.reset();
      SleepWatch<S> watch(1);
      Crew<S> crew;
      crew.start(1, [&](int) {
        watch.will_sleep(0);
        this->shared_[1] = waits[which](TestClock::now() + patience) ? 2 : 1;
      });
      watch.await(0);
      const auto later = Clock::now() + 30ms;  // longer than 1 ms, by a clock that goes
      while (Clock::now() < later) std::this_thread::yield();
      EXPECT_EQ(this->shared_[1], 0)
          << "wait " << which << " has ended while the clock stood still";
      TestClock::hours->store(3);
      crew.join();
      EXPECT_EQ(this->shared_[1], 1) << "wait " << which;
    }
  }
  lock.unlock();
}

TYPED_TEST(OtherClockTest, AnyDurationIsATimeoutAndOneTooLongWaitsForEver) {
  Event<TypeParam> event;
  EXPECT_FALSE(event.wait_for(0.001s));
  EXPECT_FALSE(event.wait_for(std::chrono::duration<float, std::milli>(0.5F)));
  EXPECT_FALSE(event.wait_until(Clock::now() + 0.001s));
  EXPECT_THROW(event.wait_for(-1ms), std::invalid_argument);
  EXPECT_THROW(
      event.wait_for(std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN())),
      std::invalid_argument);
  EXPECT_EQ(Timeout(std::chrono::hours::max()).deadline(), kNever);
  EXPECT_EQ(Timeout(1e300s).deadline(), kNever);
  EXPECT_EQ(to_deadline(std::chrono::time_point<std::chrono::system_clock, std::chrono::hours>(
                std::chrono::hours::max())),
            kNever);
  event.set();
  EXPECT_TRUE(event.wait_for(std::chrono::hours::max()));
  EXPECT_TRUE(event.wait_until(std::chrono::system_clock::time_point::max()));
}

}  // namespace
}  // namespace gilfree::testing
