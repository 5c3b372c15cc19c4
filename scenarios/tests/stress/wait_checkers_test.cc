// The stress tests of waits, wake-ups, barriers, events and conditions: each says what is wrong with one that is broken
// in one place.
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <semaphore>
#include <string>

#include "scenarios/stress/barrier_generations.h"
#include "scenarios/stress/condition_stock.h"
#include "scenarios/stress/event_broadcast.h"
#include "scenarios/stress/timeouts.h"
#include "scenarios/tests/stress/checked.h"
#include "scenarios/wakeup.h"

#include <gilfree/barrier.h>
#include <gilfree/condition.h>
#include <gilfree/event.h>
#include <gilfree/lock.h>
#include <gilfree/queue.h>
#include <gilfree/semaphore.h>

namespace scenarios::testing {
namespace {

using namespace std::chrono_literals;
using Threads = gilfree::Threads;
using Nanoseconds = std::chrono::nanoseconds;

// Barriers.
using Barrier = gilfree::Barrier<Threads>;
struct SoundBarrier : Barrier {
  using Barrier::Barrier;
};
struct LetsAllPass : Barrier {
  using Barrier::Barrier;
  int wait() {
    ::usleep(calls++ % 7 * 100);
    return 0;
  }
  std::atomic<unsigned> calls{0};
};
struct GivesOnePlace : Barrier {
  using Barrier::Barrier;
  int wait() { return Barrier::wait() * 0; }
};
struct CountsFromOne : Barrier {
  using Barrier::Barrier;
  int wait() { return static_cast<int>(Barrier::wait()) + 1; }
};
struct Breaks : Barrier {
  using Barrier::Barrier;
  bool broken() const { return true; }
};
// Its second generation is not told of.
struct WorksOnce : Barrier {
  using Barrier::Barrier;
  int wait() {
    if (calls++ >= 2) ::pause();
    return static_cast<int>(Barrier::wait());
  }
  std::atomic<int> calls{0};
};

template <typename Made>
stress::Test barrier_test() {
  return over("barrier_generations/contender:barrier/scope:threads", [](const Config& of) {
    return std::make_unique<checkers::Generations<Made>>(of.actors);
  });
}
template <typename Made>
Texts barrier() {
  return seen_by(barrier_test<Made>(), {.actors = 2, .operations = 40}).forbidden;
}

TEST(BarrierGenerations, SaysWhatIsWrongWithABarrierThatIsBroken) {
  EXPECT_EQ(barrier<SoundBarrier>(), Texts{});
  const auto early = first_forbidden(barrier_test<LetsAllPass>(), {.actors = 3, .operations = 40});
  EXPECT_EQ(early.count("passed early"), 1U);
  EXPECT_EQ(barrier<GivesOnePlace>(), Texts{"place given twice"});
  EXPECT_EQ(barrier<CountsFromOne>(), Texts{"no such place"});
  EXPECT_EQ(barrier<Breaks>(), Texts{"broken without a death"});
  EXPECT_EQ(barrier<WorksOnce>(), Texts{"hang: 'wait'"});
}

// Events.
using Event = gilfree::Event<Threads>;
struct SoundEvent : Event {};
struct NeedsNoSet : Event {
  void wait() {}
};
struct ForgetsTheSet : Event {
  bool is_set() const { return false; }
};
struct WakesNone : Event {
  void set() {}
};

template <typename Made>
stress::Test event_test() {
  return over_body<checkers::Broadcast<Made>>("event_broadcast/contender:event/scope:threads", 30);
}
template <typename Made>
Texts event() {
  return seen_by(event_test<Made>(), many_delays(3, 30)).forbidden;
}

TEST(EventBroadcast, SaysWhatIsWrongWithAnEventThatIsBroken) {
  EXPECT_EQ(event<SoundEvent>(), Texts{});
  EXPECT_EQ(first_forbidden(event_test<NeedsNoSet>(), many_delays(3, 30)),
            Texts{"woken before it was set"});
  EXPECT_EQ(event<ForgetsTheSet>(), Texts{"not set"});
  EXPECT_EQ(event<WakesNone>(), Texts{"hang: 'wait'"});
}

// Conditions.
using Lock = gilfree::Lock<Threads>;
using Condition = gilfree::Condition<Threads>;
struct NotifiesNone : Condition {
  using Condition::Condition;
  void notify_one() {}
};
struct WaitsForNothing : Condition {
  using Condition::Condition;
  template <typename Predicate>
  void wait(Predicate) {}
};

template <typename Made>
stress::Test stock_test() {
  return over("condition_stock/contender:condition/scope:threads",
              [](const Config& of) { return std::make_unique<checkers::Stock<Lock, Made>>(of); });
}

TEST(ConditionStock, OfASoundConditionAllIsConsumed) {
  const auto seen = seen_by(stock_test<Condition>(), many_delays(4, 30));
  EXPECT_EQ(seen.forbidden, Texts{});
  EXPECT_EQ(seen.others, Texts{"all consumed"});
}

TEST(ConditionStock, ANotificationThatReachesNoneIsAHang) {
  const auto found = first_forbidden(stock_test<NotifiesNone>(), {.actors = 2, .operations = 200});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.begin()->substr(0, 6), "hang: ");
}

// Consumers find nothing and leave, so what is produced later stays.
TEST(ConditionStock, AWaitThatEndsWithoutItsConditionLeavesAWrongStock) {
  const auto found = first_forbidden(stock_test<WaitsForNothing>(), many_delays(3, 5));
  EXPECT_EQ(found, Texts{"wrong stock"});
}

// Waits with a time limit.
struct Sound {
  using Lock = gilfree::Lock<Threads>;
  using Semaphore = gilfree::Semaphore<Threads>;
  using Event = gilfree::Event<Threads>;
  using Queue = gilfree::Queue<long, Threads>;
  using Condition = gilfree::Condition<Threads>;
};
Nanoseconds half(Nanoseconds time) { return time / 2; }
Nanoseconds much_more(Nanoseconds time) { return time + 1500ms; }
Nanoseconds for_ever(Nanoseconds) { return 1h; }
using Change = Nanoseconds (*)(Nanoseconds);

template <Change kChanged>
struct ChangedSemaphore : gilfree::Semaphore<Threads> {
  explicit ChangedSemaphore(int permits) : gilfree::Semaphore<Threads>(permits) {}
  void release() {}
  bool try_acquire_for(Nanoseconds time) {
    return gilfree::Semaphore<Threads>::try_acquire_for(kChanged(time));
  }
};
template <Change kChanged>
struct ChangedQueue : gilfree::Queue<long, Threads> {
  using gilfree::Queue<long, Threads>::Queue;
  std::optional<long> try_get_for(Nanoseconds time) {
    return gilfree::Queue<long, Threads>::try_get_for(kChanged(time));
  }
};
template <Change kChanged>
struct WithSemaphore : Sound {
  using Semaphore = ChangedSemaphore<kChanged>;
};
template <Change kChanged>
struct WithQueue : Sound {
  using Queue = ChangedQueue<kChanged>;
};

template <typename Waits>
Seen timeouts(int operations) {
  return seen_by(over_body<checkers::Timeouts<Waits>>("timeouts/contender:all/scope:threads"),
                 {.actors = 2, .operations = operations});
}

TEST(Timeouts, AWaitThatGivesUpEarlyIsSeenWhicheverItIs) {
  EXPECT_EQ(timeouts<WithSemaphore<half>>(200).forbidden, Texts{"too early"});
  EXPECT_EQ(timeouts<WithQueue<half>>(200).forbidden, Texts{"too early"});
  EXPECT_EQ(timeouts<Sound>(200).forbidden, Texts{});
}

TEST(Timeouts, AWaitThatIsASecondTooLateIsSaidAndOneThatNeverEndsHangs) {
  const auto late =
      over_body<checkers::Timeouts<WithQueue<much_more>>>("timeouts/contender:all/scope:threads");
  const auto attempt = stress::attempt(late, {.actors = 2, .operations = 12}, 1, 10s);
  EXPECT_EQ(attempt.outcomes.count("a second too late"), 1U);
  EXPECT_EQ(timeouts<WithSemaphore<for_ever>>(200).forbidden, Texts{"hang: 'waits'"});
}

// Wake-ups, as the roster has them.
struct SoundSignal : AnySignal {
  void wait() override { permits.acquire(); }
  void wake() override { permits.release(); }
  void rearm() override {}
  std::counting_semaphore<> permits{0};
};
struct LosesAWakeUp : SoundSignal {
  void wake() override {
    if (++wakes != 5) SoundSignal::wake();
  }
  int wakes = 0;
};
struct WakesByItself : SoundSignal {
  void wait() override { permits.try_acquire_for(std::chrono::microseconds(waits++ % 3)); }
  int waits = 0;
};
template <typename Made>
Registration add_broken(std::string_view name) {
  WakeupContender entry(
      Facts{.name = name, .label = name, .family = "broken", .primitive = "event", .wait = "block"},
      WorkerKind::kThreads);
  entry.make = [] { return std::make_unique<Made>(); };
  return Roster<WakeupContender>::add(std::move(entry));
}
const Registration added[] = {add_broken<SoundSignal>("sound_signal"),
                              add_broken<LosesAWakeUp>("loses_a_wake_up"),
                              add_broken<WakesByItself>("wakes_by_itself")};

const stress::Test& wake_up_test(const std::string& signal) {
  return registered("no_lost_wakeup/contender:" + signal + "/scope:threads");
}
Texts wake_ups(const std::string& signal) {
  return seen_by(wake_up_test(signal), many_delays(2, 40)).forbidden;
}

TEST(NoLostWakeup, SaysWhatIsWrongWithASignalThatIsBroken) {
  EXPECT_EQ(wake_ups("sound_signal"), Texts{});
  EXPECT_EQ(wake_ups("loses_a_wake_up"), Texts{"hang: 'wait'"});
  const auto early = first_forbidden(wake_up_test("wakes_by_itself"), many_delays(2, 40));
  EXPECT_EQ(early.count("woken by none"), 1U);
}

}  // namespace
}  // namespace scenarios::testing
