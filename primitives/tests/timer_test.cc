#include "gilfree/timer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <utility>

#include "gilfree/event.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

class TimerTest : public Watchdog {};

TEST_F(TimerTest, CallsItsFunctionOnceTheTimeIsUp) {
  const auto start = Clock::now();
  std::atomic<int> calls{0};
  Timer timer(5ms, [&] { ++calls; });
  timer.start();
  timer.join();
  EXPECT_EQ(calls, 1);
  EXPECT_GE(Clock::now() - start, 5ms);
}

TEST_F(TimerTest, ACancelledTimerEndsAtOnceWithoutACall) {
  std::atomic<int> calls{0};
  Timer timer(1h, [&] { ++calls; });
  timer.start();
  timer.cancel();
  timer.join();
  timer.cancel();  // too late is no error
  EXPECT_EQ(calls, 0);
}

TEST_F(TimerTest, ANegativeIntervalIsAMistake) {
  EXPECT_THROW(Timer(-1ns, [] {}), std::invalid_argument);
}

TEST_F(TimerTest, TheDestructorWaitsForItsCallAndCancelsADaemon) {
  std::atomic<int> calls{0};
  {
    Timer timer(1ms, [&] { ++calls; });
    Timer daemon(1h, [&] { ++calls; }, {.daemon = true});
    Timer never(1h, [&] { ++calls; });
    timer.start();
    daemon.start();
  }
  EXPECT_EQ(calls, 1);
}

// The repeating timer of Python's answers: each call makes the next timer in place of its own.
TEST_F(TimerTest, AFunctionMayReplaceTheTimerThatCallsIt) {
  struct Repeating {
    std::unique_ptr<Timer> timer;
    Event<Threads> done;
    int calls = 0;
    void arm() {
      timer = std::make_unique<Timer>(1ms, [this] { call(); });
      timer->start();
    }
    void call() {
      if (++calls == 3) return done.set();
      arm();
    }
  } repeating;
  repeating.arm();
  repeating.done.wait();
  EXPECT_EQ(repeating.calls, 3);
}

TEST_F(TimerTest, AnIntervalIsAnyDurationAndOneTooLongToCountNeverEnds) {
  std::atomic<int> calls{0};
  const auto count = [&] { ++calls; };
  Timer soon(0.001s, count);
  Timer centuries(std::chrono::hours(24 * 365 * 300), count, {.daemon = true});
  Timer ages(std::chrono::hours::max(), count, {.daemon = true});
  Timer endless(std::chrono::duration<double>(1e300), count, {.daemon = true});
  for (Timer* timer : {&centuries, &ages, &endless, &soon}) timer->start();
  soon.join();
  EXPECT_FALSE(centuries.join_for(1ms));
  EXPECT_FALSE(ages.join_for(1ms));
  EXPECT_FALSE(endless.join_for(1ms));
  EXPECT_EQ(calls, 1);
}

TEST_F(TimerTest, AStartedTimerMayBeMovedAndOneMovedFromSaysSo) {
  std::atomic<int> calls{0};
  Timer timer(1h, [&] { ++calls; });
  timer.start();
  Timer moved = std::move(timer);
  EXPECT_THROW(timer.cancel(), std::logic_error);  // NOLINT: asked on purpose
  EXPECT_THROW(timer.start(), std::logic_error);
  moved.cancel();
  moved.join();
  EXPECT_EQ(calls, 0);
}

}  // namespace
}  // namespace gilfree::testing
