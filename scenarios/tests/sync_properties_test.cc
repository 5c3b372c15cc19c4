// What every lock, semaphore and wake-up primitive promises: what a lock guards is seen whole, every worker gets its
// turn, permits are neither made nor lost, and each release wakes a waiter.
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "scenarios/lock_contention.h"
#include "scenarios/semaphore_pool.h"
#include "scenarios/support/thread_state.h"
#include "scenarios/tests/support.h"
#include "scenarios/wakeup.h"

namespace scenarios::testing {
namespace {

// Plain words, of several cache lines: a thread that holds the lock sees them agree.
struct Guarded {
  std::array<std::uint64_t, 64> words{};

  bool agree() const {
    for (const auto word : words) {
      if (word != words[0]) return false;
    }
    return true;
  }
  void increment() {
    for (auto& word : words) ++word;
  }
};

using SharedStep = SharedObject<std::atomic<int>, WorkerKind::kProcesses>;

// Waits until another worker has come so far.
void await(const SharedStep& step, int least) {
  while (*step < least) ::sched_yield();
}

class LockPropertyTest : public ContenderTest<LockContender> {
 protected:
  // Each worker increments under the lock; `inside` is called there.
  template <typename Inside>
  void expect_whole(int workers, int each, Inside inside) {
    const auto lock = contender().make();
    SharedObject<Guarded, WorkerKind::kProcesses> guarded;
    EXPECT_NO_THROW(run_workers(contender().workers, times(workers, [&] {
                                  for (int i = 0; i < each; ++i) {
                                    lock->lock();
                                    require(guarded->agree(), "what the lock guards is whole");
                                    guarded->increment();
                                    inside();
                                    lock->unlock();
                                  }
                                })));
    EXPECT_TRUE(guarded->agree());
    EXPECT_EQ(guarded->words[0],
              static_cast<std::uint64_t>(workers) * static_cast<std::uint64_t>(each));
  }
};

TEST_P(LockPropertyTest, WhatItGuardsIsSeenWholeByMoreWorkersThanCpus) {
  unless_skipped([&] { expect_whole(8, 400, [] {}); });
}

TEST_P(LockPropertyTest, AHolderThatGivesItsCpuAwayKeepsTheLock) {
  unless_skipped([&] { expect_whole(3, 100, [] { ::sched_yield(); }); });
}

TEST_P(LockPropertyTest, TwoLocksTakenInOneOrderGuardTwoThings) {
  unless_skipped([&] {
    const auto outer = contender().make(), inner = contender().make();
    SharedObject<Guarded, WorkerKind::kProcesses> one, other;
    EXPECT_NO_THROW(run_workers(contender().workers, times(3, [&] {
                                  for (int i = 0; i < 200; ++i) {
                                    outer->lock();
                                    one->increment();
                                    inner->lock();
                                    require(other->agree(), "what the inner lock guards is whole");
                                    other->increment();
                                    inner->unlock();
                                    outer->unlock();
                                  }
                                })));
    EXPECT_EQ(one->words[0], 600u);
    EXPECT_EQ(other->words[0], 600u);
  });
}

// The lock passes from worker to worker and back: each has it when the other has released it.
TEST_P(LockPropertyTest, TwoWorkersHandItOverManyTimes) {
  unless_skipped([&] {
    const auto lock = contender().make();
    SharedObject<int, WorkerKind::kProcesses> turn{0};  // guarded by the lock
    const auto take_turns = [&](int me) {
      return [&, me] {
        for (int taken = 0; taken < 100;) {
          lock->lock();
          if (*turn % 2 == me) ++*turn, ++taken;
          lock->unlock();
          ::sched_yield();
        }
      };
    };
    EXPECT_NO_THROW(run_workers(contender().workers, {take_turns(0), take_turns(1)}));
    EXPECT_EQ(*turn, 200);
  });
}

INSTANTIATE_TEST_SUITE_P(All, LockPropertyTest, ::testing::ValuesIn(native<LockContender>()),
                         NameOf());

class SemaphorePropertyTest : public ContenderTest<SemaphoreContender> {
 protected:
  void run(const std::vector<std::function<void()>>& bodies) {
    EXPECT_NO_THROW(run_workers(contender().workers, bodies));
  }
};

TEST_P(SemaphorePropertyTest, PermitsAreNeitherMadeNorLostInAStorm) {
  unless_skipped([&] {
    constexpr int kPermits = 3;
    const auto semaphore = contender().make(kPermits);
    SharedObject<std::atomic<int>, WorkerKind::kProcesses> inside{0}, most{0};
    run(times(6, [&] {
      for (int i = 0; i < 300; ++i) {
        semaphore->acquire();
        const int now = ++*inside;
        if (now > *most) *most = now;
        require(now <= kPermits, "no more are inside than there are permits");
        if (i % 8 == 0) ::sched_yield();
        --*inside;
        semaphore->release();
      }
    }));
    // All of them are there again, and no more: the last one to acquire waits for a release.
    SharedStep step{0};
    run({[&] {
           for (int i = 0; i < kPermits; ++i) semaphore->acquire();
           *step = 1;
           await(step, 2);
           for (int i = 0; i < 50; ++i) ::sched_yield();  // the other asks meanwhile, most likely
           *step = 3;
           for (int i = 0; i < kPermits; ++i) semaphore->release();
         },
         [&] {
           await(step, 1);
           *step = 2;
           semaphore->acquire();
           require(*step == 3, "a permit came before one was released");
           semaphore->release();
         }});
  });
}

TEST_P(SemaphorePropertyTest, EachReleaseLetsOneWaiterIn) {
  unless_skipped([&] {
    constexpr int kWaiters = 4;
    const auto semaphore = contender().make(kWaiters);
    SharedObject<std::atomic<int>, WorkerKind::kProcesses> waiting{0}, in{0}, holding{0};
    std::vector<std::function<void()>> bodies = times(kWaiters, [&] {
      while (*holding == 0) ::sched_yield();
      ++*waiting;
      semaphore->acquire();
      ++*in;
      semaphore->release();
    });
    bodies.push_back([&] {
      for (int i = 0; i < kWaiters; ++i) semaphore->acquire();
      *holding = 1;
      while (*waiting < kWaiters) ::sched_yield();
      require(*in == 0, "all permits are taken");
      for (int i = 0; i < kWaiters; ++i) semaphore->release();
    });
    run(bodies);
    EXPECT_EQ(*in, kWaiters);
  });
}

TEST_P(SemaphorePropertyTest, ManyPermitsAreHeldByOneWorkerAtATime) {
  unless_skipped([&] {
    const auto semaphore = contender().make(16);
    for (int round = 0; round < 20; ++round) {
      for (int i = 0; i < 16; ++i) semaphore->acquire();
      for (int i = 0; i < 16; ++i) semaphore->release();
    }
  });
}

// A worker that holds no permit of its own waits for its first as for any other.
TEST_P(SemaphorePropertyTest, AWorkerThatWaitsSleepsOrSpinsUntilThereIsAPermit) {
  unless_skipped([&] {
    const auto semaphore = contender().make(1);
    SharedStep step{0};
    SharedObject<std::atomic<pid_t>, WorkerKind::kProcesses> waiter{0};
    run({[&] {
           semaphore->acquire();
           *step = 1;
           while (*waiter == 0) ::sched_yield();
           if (contender().wait == "block") {
             const ThreadState state(*waiter);
             while (!state.is_asleep()) ::sched_yield();  // it asks for no CPU while it waits
           }
           *step = 2;
           semaphore->release();
         },
         [&] {
           await(step, 1);
           *waiter = static_cast<pid_t>(::syscall(SYS_gettid));
           semaphore->acquire();
           require(*step == 2, "it has the permit of the other");
           semaphore->release();
         }});
  });
}

INSTANTIATE_TEST_SUITE_P(All, SemaphorePropertyTest,
                         ::testing::ValuesIn(native<SemaphoreContender>()), NameOf());

class WakeupPropertyTest : public ContenderTest<WakeupContender> {};

// What is written before the wake is seen after the wait: plain words, ordered by the primitive alone.
TEST_P(WakeupPropertyTest, WhatWasWrittenBeforeTheWakeIsSeenAfterTheWait) {
  unless_skipped([&] {
    const auto there = contender().make(), back = contender().make();
    SharedObject<Guarded, WorkerKind::kProcesses> written;
    constexpr int kRounds = 400;
    const auto waker = [&] {
      for (int round = 0; round < kRounds; ++round) {
        written->increment();
        there->wake();
        back->wait();
        back->rearm();
      }
    };
    const auto waiter = [&] {
      for (std::uint64_t round = 1; round <= kRounds; ++round) {
        there->wait();
        there->rearm();
        require(written->agree() && written->words[0] == round, "the waker's words are seen");
        back->wake();
      }
    };
    EXPECT_NO_THROW(run_workers(contender().workers, {waker, waiter}));
  });
}

TEST_P(WakeupPropertyTest, ManyPairsAtATimeDoNotWakeEachOther) {
  unless_skipped([&] {
    constexpr int kPairs = 3;
    // Spinning workers, more than CPUs, lose a time slice at each wake.
    const int most = contender().wait == "spin" ? 5 : 60;
    std::vector<std::unique_ptr<AnySignal>> signals;
    for (int i = 0; i < 2 * kPairs; ++i) signals.push_back(contender().make());
    SharedObject<std::array<std::atomic<int>, kPairs>, WorkerKind::kProcesses> rounds;
    std::vector<std::function<void()>> bodies;
    for (std::size_t pair = 0; pair < kPairs; ++pair) {
      AnySignal &there = *signals[2 * pair], &back = *signals[2 * pair + 1];
      bodies.push_back([&rounds, &there, &back, pair, most] {
        for (int round = 1; round <= most; ++round) {
          (*rounds)[pair] = round;
          there.wake();
          back.wait();
          back.rearm();
        }
      });
      bodies.push_back([&rounds, &there, &back, pair, most] {
        for (int round = 1; round <= most; ++round) {
          there.wait();
          there.rearm();
          require((*rounds)[pair] == round, "it was woken by its own waker");
          back.wake();
        }
      });
    }
    EXPECT_NO_THROW(run_workers(contender().workers, bodies));
  });
}

INSTANTIATE_TEST_SUITE_P(All, WakeupPropertyTest, ::testing::ValuesIn(native<WakeupContender>()),
                         NameOf());

}  // namespace
}  // namespace scenarios::testing
