#include "gilfree/timer.h"

#include <gtest/gtest.h>

#include <atomic>

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

}  // namespace
}  // namespace gilfree::testing
