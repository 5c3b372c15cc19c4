// The watchdog of a stress trial: what counts as time in which its threads could run.
#include "harness/stress/watchdog.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "harness/base/json.h"

namespace harness::stress {
namespace {

using namespace std::chrono_literals;
using Finding = Watchdog::Finding;
using Threads = std::vector<ThreadTimes>;

constexpr auto kPatience = 1s;

// Looks slice by slice at what `threads` says of the n-th one, until the watchdog finds something; returns how many
// looks that took. `steps` says how many marked points were passed by the n-th look.
struct Watched {
  Finding finding = Finding::kNone;
  int looks = 0;
};
Watched watch(
    const std::function<Threads(int)>& threads,
    const std::function<std::uint64_t(int)>& steps = [](int) { return 0U; }) {
  Watchdog watchdog(kPatience);
  Watched seen;
  while (seen.finding == Finding::kNone && seen.looks < 1000) {
    ++seen.looks;
    seen.finding = watchdog.look(steps(seen.looks), watchdog.slice(), threads(seen.looks));
  }
  return seen;
}

TEST(Watchdog, LooksTenTimesWithinThePatienceButNotEveryMillisecondNorEveryMinute) {
  EXPECT_EQ(Watchdog(1s).slice(), 100ms);
  EXPECT_EQ(Watchdog(10ms).slice(), 20ms);
  EXPECT_EQ(Watchdog(1h).slice(), 1s);
}

TEST(Watchdog, ThreadsThatAllSleepHaveHungAfterThePatience) {
  const auto seen = watch([](int) { return Threads{{1, 'S', 5ms, 1ms}, {2, 'S', 7ms, 1ms}}; });
  EXPECT_EQ(seen.finding, Finding::kHung);
  EXPECT_EQ(seen.looks, 11);  // the first look counts the millisecond that they waited before it
}

TEST(Watchdog, AThreadThatSpinsOnACpuOfItsOwnHasHungAfterThePatience) {
  const auto seen = watch([](int look) { return Threads{{1, 'R', 100ms * look, 0ms}}; });
  EXPECT_EQ(seen.finding, Finding::kHung);
  EXPECT_EQ(seen.looks, 10);
}

TEST(Watchdog, ThreadsThatSpinInTurnOnOneCpuHaveHungWhenEachHasRunForThePatience) {
  const auto seen = watch([](int look) {
    const Threads one{{1, 'R', 25ms * look, 75ms * look}};
    return Threads{one[0], {2, 'R', one[0].ran, one[0].waited}};
  });
  EXPECT_EQ(seen.finding, Finding::kHung);
  EXPECT_EQ(seen.looks, 40);
}

TEST(Watchdog, AThreadThatIsRunnableAndNeverRunsIsStarved) {
  const auto seen = watch([](int) { return Threads{{1, 'S', 5ms, 0ms}, {2, 'R', 7ms, 1ms}}; });
  EXPECT_EQ(seen.finding, Finding::kStarved);
  EXPECT_EQ(seen.looks, 10 * Watchdog::kOnTheWall);
}

TEST(Watchdog, OneStarvedThreadIsEnoughHoweverMuchAnotherSpins) {
  const auto seen = watch([](int look) {
    return Threads{{1, 'R', 100ms * look, 0ms}, {2, 'R', 1ms * look, 99ms * look}};
  });
  EXPECT_EQ(seen.finding, Finding::kStarved);
}

TEST(Watchdog, AWaitThatTheKernelCountsWhenItEndsIsNotTimeToRun) {
  // It waits for nine slices, then runs for one and sleeps; the kernel adds the wait at once.
  const auto seen = watch([](int look) {
    const int turns = look / 10;
    const bool sleeps = look % 10 == 0;
    return Threads{{1, sleeps ? 'S' : 'R', 1ms * turns, 999ms * turns}};
  });
  EXPECT_EQ(seen.finding, Finding::kStarved);
}

TEST(Watchdog, AThreadThatWaitsForACpuAfterEachShortSleepCountsByItsWaits) {
  // Runnable at each look, though it sleeps for half of the time.
  const auto seen = watch([](int look) { return Threads{{1, 'R', 10ms * look, 40ms * look}}; });
  EXPECT_EQ(seen.finding, Finding::kHung);
  EXPECT_EQ(seen.looks, 17);
}

TEST(Watchdog, AStoppedTracedOrFrozenThreadIsNoHang) {
  for (const char state : std::string("TtD")) {
    const auto seen = watch([&](int) { return Threads{{1, 'S', 5ms, 0ms}, {2, state, 7ms, 0ms}}; });
    EXPECT_EQ(seen.finding, Finding::kStarved) << state;
  }
}

TEST(Watchdog, AThreadThatHasEndedCountsForNothing) {
  for (const char state : std::string("ZX")) {
    const auto seen = watch([&](int look) {
      return Threads{{1, 'S', 5ms, 0ms}, {2, state, 7ms, 9s * look}};
    });
    EXPECT_EQ(seen.finding, Finding::kHung) << state;
    EXPECT_EQ(seen.looks, 10) << state;
  }
}

TEST(Watchdog, ATimeInWhichTheWatchdogDidNotRunCountsAsOneSlice) {
  Watchdog watchdog(kPatience);
  const Threads asleep{{1, 'S', 5ms, 0ms}};
  for (int look = 0; look < 9; ++look) {
    EXPECT_EQ(watchdog.look(0, 1h, asleep), Finding::kNone) << look;
  }
  EXPECT_EQ(watchdog.look(0, 1h, asleep), Finding::kHung);
}

TEST(Watchdog, AMarkedPointBeginsThePatienceAnew) {
  const auto seen = watch(
      [](int) {
        return Threads{{1, 'S', 5ms, 0ms}};
      },
      [](int look) { return look < 25 ? look / 8 : 3; });
  EXPECT_EQ(seen.finding, Finding::kHung);
  EXPECT_EQ(seen.looks, 24 + 10);
}

TEST(Watchdog, ThreadsThatPassMarkedPointsForEverHaveHungAfterSixTimesThePatience) {
  const auto seen = watch(
      [](int) {
        return Threads{{1, 'S', 5ms, 0ms}};
      },
      [](int look) { return static_cast<std::uint64_t>(look); });
  EXPECT_EQ(seen.finding, Finding::kHung);
  EXPECT_EQ(seen.looks, 10 * Watchdog::kInAll);
}

TEST(Watchdog, AThreadThatComesLaterHasNotWaitedBefore) {
  const auto seen = watch([](int look) {
    Threads threads{{1, 'S', 5ms, 0ms}};
    if (look > 5) threads.push_back({2, 'S', 5ms, 0ms});
    return threads;
  });
  EXPECT_EQ(seen.looks, 10);
}

TEST(Watchdog, ANumberThatAnotherThreadHasNowIsNotTakenForTheOldOne) {
  const auto seen = watch([](int look) {
    return Threads{look < 5 ? ThreadTimes{1, 'S', 5ms, 9s} : ThreadTimes{1, 'S', 5ms, 0ms}};
  });
  EXPECT_EQ(seen.finding, Finding::kHung);
  EXPECT_EQ(seen.looks, 11);  // the first look sees the wait of 9 s
}

TEST(Watchdog, WithoutThreadsToSeeTheClockDecides) {
  const auto seen = watch([](int) { return Threads{}; });
  EXPECT_EQ(seen.finding, Finding::kHung);
  EXPECT_EQ(seen.looks, 10);
}

TEST(Watchdog, SaysHowLongNothingGotOnAndForHowMuchOfItItCouldHave) {
  Watchdog watchdog(kPatience);
  watchdog.look(0, 1s, {{1, 'S', 5ms, 25ms}});
  watchdog.look(0, 500ms, {{1, 'R', 5ms, 25ms}});
  EXPECT_EQ(watchdog.to_text(),
            "no marked point was passed for 1.5 s; its threads could run for 0.0 s of them");
  watchdog.look(0, 100ms, {{1, 'S', 5ms, 25ms}});
  EXPECT_EQ(watchdog.to_text(),
            "no marked point was passed for 1.6 s; its threads could run for 0.1 s of them");
}

}  // namespace
}  // namespace harness::stress
