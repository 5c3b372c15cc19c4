// Many processes sleep while another one comes: each of them looks once at what has changed, and sleeps on.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <thread>

#include "gilfree/event.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class ArrivalsTest : public Watchdog {};

long times_gone_to_sleep() {
  rusage used{};
  ::getrusage(RUSAGE_THREAD, &used);
  return used.ru_nvcsw;
}

TEST_F(ArrivalsTest, ANewcomerDoesNotMakeSleepersWakeEachOtherAgainAndAgain) {
  constexpr int kSleepers = 40;
  constexpr auto kWatched = 300ms;
  enum { kWaiting, kSleeps };
  Event<Processes> over;
  Ledger<Processes> ledger(2);
  Crew<Processes> sleepers, newcomer;
  sleepers.start(kSleepers, [&](int) {
    (void)over.wait_for(0s);  // has come
    ledger[kWaiting]++;
    const long before = times_gone_to_sleep();
    over.wait();
    ledger[kSleeps] += static_cast<int>(times_gone_to_sleep() - before);
  });
  while (ledger[kWaiting] < kSleepers) std::this_thread::yield();
  newcomer.start(1, [&](int) { (void)over.wait_for(0s); });
  newcomer.join();
  const auto begin = Clock::now();
  while (Clock::now() < begin + kWatched) std::this_thread::sleep_for(1ms);
  over.set();
  sleepers.join();
  // A heartbeat is 20 ms, and a change is followed by some shorter sleeps. Sleepers that wake each other
  // go to sleep a thousand times a second each.
  const auto heartbeats = (Clock::now() - begin) / 20ms + 1;
  EXPECT_LT(ledger[kSleeps], kSleepers * (2 * heartbeats + 60));
}

}  // namespace
}  // namespace gilfree::testing
