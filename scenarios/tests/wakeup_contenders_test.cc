// Every event, condition, semaphore and barrier of wakeup wakes the worker that waits.
#include <atomic>

#include "scenarios/tests/support.h"
#include "scenarios/wakeup.h"

namespace scenarios::testing {
namespace {

class SignalTest : public ContenderTest<WakeupContender> {
 protected:
  bool is_barrier() const { return contender().variant == "barrier_round"; }
  bool only_spins() const { return contender().wait == "spin"; }

  void expect_measured(const std::string& waiter) {
    unless_skipped([&] {
      TestLaunch measured({{"contender", contender().name},
                           {"operation", contender().variant},
                           {"waiter", waiter}});
      contender().measure(measured.run(), {-1, -1});
      measured.expect_measured();
      EXPECT_TRUE(measured.has_latencies());
    });
  }
};

TEST_P(SignalTest, EveryWakeEndsOneWait) {
  unless_skipped([&] {
    constexpr int kRounds = 500;
    const auto there = contender().make(), back = contender().make();
    SharedObject<std::atomic<int>, WorkerKind::kProcesses> woken{0};
    const auto waiter = [&] {
      for (int round = 0; round < kRounds; ++round) {
        there->wait();
        there->rearm();
        ++*woken;
        back->wake();
      }
    };
    const auto waker = [&] {
      for (int round = 0; round < kRounds; ++round) {
        there->wake();
        back->wait();
        back->rearm();
        require(*woken == round + 1, "one wake ended one wait");
      }
    };
    EXPECT_NO_THROW(run_workers(contender().workers, {waiter, waker}));
  });
}

TEST_P(SignalTest, AWaitThatBeganBeforeTheWakeIsEnded) {
  if (only_spins()) GTEST_SKIP() << "it never sleeps";
  unless_skipped([&] {
    const auto signal = contender().make();
    SharedObject<std::atomic<pid_t>, WorkerKind::kProcesses> waiter_id{0};
    const auto waiter = [&] {
      *waiter_id = static_cast<pid_t>(::syscall(SYS_gettid));
      signal->wait();
    };
    const auto waker = [&] {
      while (*waiter_id == 0) ::sched_yield();
      const ThreadState state(*waiter_id);
      while (!state.is_asleep()) ::sched_yield();
      signal->wake();
    };
    EXPECT_NO_THROW(run_workers(contender().workers, {waiter, waker}));
  });
}

TEST_P(SignalTest, AWakeBeforeTheWaitIsNotLost) {
  if (is_barrier()) GTEST_SKIP() << "at a barrier both wait";
  unless_skipped([&] {
    const auto signal = contender().make();
    for (int round = 0; round < 3; ++round) {
      signal->wake();
      signal->wait();
      signal->rearm();
    }
  });
}

TEST_P(SignalTest, ItIsMeasuredHot) { expect_measured("hot"); }

TEST_P(SignalTest, ItIsMeasuredAsleep) {
  if (only_spins()) GTEST_SKIP() << "it never sleeps";
  expect_measured("asleep");
}

INSTANTIATE_TEST_SUITE_P(All, SignalTest, ::testing::ValuesIn(native<WakeupContender>()), NameOf());

// A waiter that only spins never sleeps: the measurement must say so, not hang.
TEST(SpinningSignalTest, ANeverSleepingWaiterFailsTheLaunch) {
  const auto* flag =
      Roster<WakeupContender>::find("spinning_flag", WorkerKind::kThreads, "event_set");
  ASSERT_NE(flag, nullptr);
  TestLaunch launch({{"contender", std::string("spinning_flag")},
                     {"operation", std::string("event_set")},
                     {"waiter", std::string("asleep")}});
  EXPECT_EQ(message_of<std::runtime_error>([&] {
              flag->measure(launch.run(), {-1, -1});
            }),
            "the waiter never slept");
}

}  // namespace
}  // namespace scenarios::testing
