// Signals whose wait ends without a wake-up, measured as any other: the launch fails and says so.
#include <semaphore.h>

#include <atomic>
#include <stdexcept>
#include <string>

#include "scenarios/tests/support.h"
#include "scenarios/wakeup.h"

namespace scenarios::testing {
namespace {

constexpr const char* kSaid = "a wait ended that nobody had ended";

constexpr Facts faulty(std::string_view name) {
  return {.name = name, .label = name, .family = "test", .primitive = "event", .wait = "block"};
}

// Its 10th wait ends at once.
class EndsAWaitTooEarly {
 public:
  static constexpr Facts kFacts = faulty("ends_a_wait_too_early");

  EndsAWaitTooEarly() { ::sem_init(&semaphore_, 1, 0); }
  void wait() {
    if (++waits_ == 10) return;
    while (::sem_wait(&semaphore_) != 0) continue;
  }
  void wake() { ::sem_post(&semaphore_); }

 private:
  sem_t semaphore_;
  int waits_ = 0;
};

// Lets the worker through that comes first, from the 10th arrival on.
class LetsTheFirstThrough {
 public:
  static constexpr Facts kFacts = faulty("lets_the_first_through");

  explicit LetsTheFirstThrough(int) {}
  void wait() {
    const int arrival = arrived_++;
    if (arrival >= 10) return;
    while (arrived_ < (arrival / 2 + 1) * 2) ::sched_yield();
  }

 private:
  std::atomic<int> arrived_{0};
};

template <typename Signal, WorkerKind K, typename Pair>
void measure(const char* waiter) {
  TestLaunch launch({{"waiter", std::string(waiter)}});
  for (int me = 0; me < 2; ++me) launch.run().tally(me);
  measure_signal<Signal, K, Pair>(launch.run(), {-1, -1});
}

template <typename Signal, typename Pair>
std::string said_between_processes(const char* waiter) {
  return message_of<std::runtime_error>(
      [&] { measure<Signal, WorkerKind::kProcesses, Pair>(waiter); });
}

TEST(BrokenSignalTest, AWaitOfARoundTripThatNobodyEndedFailsTheLaunch) {
  const auto said =
      said_between_processes<EndsAWaitTooEarly,
                             PingPong<EndsAWaitTooEarly, WorkerKind::kProcesses>>("hot");
  EXPECT_TRUE(said.ends_with(kSaid)) << said;
}

// The waker would wait for ever for a round of the waiter that is past.
TEST(BrokenSignalTest, AWaitAsleepThatNobodyEndedFailsTheLaunch) {
  const auto said =
      said_between_processes<EndsAWaitTooEarly,
                             PingPong<EndsAWaitTooEarly, WorkerKind::kProcesses>>("asleep");
  EXPECT_EQ(said, std::string("waiter: ") + kSaid);
}

TEST(BrokenSignalTest, ARoundOfABarrierWithoutTheOtherFailsTheLaunch) {
  using Barrier = BarrierSignal<LetsTheFirstThrough, WorkerKind::kProcesses>;
  const auto said =
      said_between_processes<Barrier, BarrierRounds<LetsTheFirstThrough, WorkerKind::kProcesses>>(
          "hot");
  EXPECT_TRUE(said.ends_with(kSaid)) << said;
}

TEST(BrokenSignalDeathTest, BetweenThreadsItEndsTheProcess) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  using Pair = PingPong<EndsAWaitTooEarly, WorkerKind::kThreads>;
  EXPECT_EXIT((measure<EndsAWaitTooEarly, WorkerKind::kThreads, Pair>("asleep")),
              ::testing::ExitedWithCode(1), kSaid);
}

}  // namespace
}  // namespace scenarios::testing
