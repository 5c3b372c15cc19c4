// Every lock of lock_contention excludes, and every semaphore admits as many as it has permits.
#include <atomic>

#include "scenarios/lock_contention.h"
#include "scenarios/semaphore_pool.h"
#include "scenarios/tests/support.h"

namespace scenarios::testing {
namespace {

std::string scope_word(WorkerKind kind) {
  return kind == WorkerKind::kThreads ? "threads" : "processes";
}

class LockTest : public ContenderTest<LockContender> {
 protected:
  TestLaunch launch(std::int64_t inside, std::int64_t outside) {
    return TestLaunch({{"contender", contender().name},
                       {"scope", scope_word(contender().workers)},
                       {"work_in_ns", inside},
                       {"work_out_ns", outside}});
  }
  void expect_contention(int workers, std::int64_t inside, std::int64_t outside) {
    unless_skipped([&] {
      auto measured = launch(inside, outside);
      for (int me = 0; me < workers; ++me) measured.run().tally(me);
      contender().measure(measured.run(), std::vector<int>(static_cast<std::size_t>(workers), -1),
                          8);
      measured.expect_measured();
      EXPECT_TRUE(measured.facts().contains("max_wait_ns"));
    });
  }
};

// Words that agree unless two workers are inside at once.
struct Section {
  GuardedCount count;
  std::atomic<int> inside{0}, most{0}, collisions{0};
};

TEST_P(LockTest, AtMostOneWorkerIsInside) {
  unless_skipped([&] {
    constexpr int kWorkers = 4, kEach = 2000;
    const auto lock = contender().make();
    SharedObject<Section, WorkerKind::kProcesses> section;
    const BusyWork work(50);
    run_workers(contender().workers, times(kWorkers, [&] {
                  for (int i = 0; i < kEach; ++i) {
                    lock->lock();
                    if (section->inside.fetch_add(1) != 0) ++section->collisions;
                    if (!section->count.count(work)) ++section->collisions;
                    section->inside.fetch_sub(1);
                    lock->unlock();
                  }
                }));
    EXPECT_EQ(section->collisions, 0);
    EXPECT_TRUE(section->count.is(kWorkers * kEach));
  });
}

TEST_P(LockTest, AWorkerThatWaitsGetsItWhenItIsReleased) {
  unless_skipped([&] {
    const auto lock = contender().make();
    SharedObject<std::atomic<int>, WorkerKind::kProcesses> step{0};
    const auto holder = [&] {
      lock->lock();
      *step = 1;                                      // now the other may ask
      while (*step != 2) ::sched_yield();             // it is about to
      for (int i = 0; i < 100; ++i) ::sched_yield();  // it has had the time to ask, most likely
      *step = 3;
      lock->unlock();
    };
    const auto waiter = [&] {
      while (*step != 1) ::sched_yield();
      *step = 2;
      lock->lock();
      require(*step == 3, "the holder has released it");
      lock->unlock();
    };
    EXPECT_NO_THROW(run_workers(contender().workers, {holder, waiter}));
  });
}

TEST_P(LockTest, ItCanBeTakenAgainAndAgainByOne) {
  unless_skipped([&] {
    const auto lock = contender().make();
    for (int i = 0; i < 10'000; ++i) {
      lock->lock();
      lock->unlock();
    }
  });
}

TEST_P(LockTest, TwoLocksDoNotHinderEachOther) {
  unless_skipped([&] {
    const auto one = contender().make(), other = contender().make();
    one->lock();
    other->lock();
    one->unlock();
    other->unlock();
  });
}

TEST_P(LockTest, ContentionOfTwoIsMeasured) { expect_contention(2, 0, 0); }

TEST_P(LockTest, ALockOfOneIsMeasured) { expect_contention(1, 0, 0); }

TEST_P(LockTest, WorkInsideAndOutsideIsMeasured) { expect_contention(3, 1000, 500); }

INSTANTIATE_TEST_SUITE_P(All, LockTest, ::testing::ValuesIn(native<LockContender>()), NameOf());

// A lock that does not exclude must not pass for one.
template <WorkerKind K>
struct OpenDoor {
  static constexpr Facts kFacts{.name = "open_door",
                                .label = "open door",
                                .family = "test",
                                .primitive = "lock",
                                .wait = "spin"};
  void lock() {}
  void unlock() {}
};

template <WorkerKind K>
std::string error_of_open_door() {
  TestLaunch launch({{"contender", std::string("open_door")},
                     {"scope", scope_word(K)},
                     {"work_in_ns", 50'000},
                     {"work_out_ns", 0}});
  for (int me = 0; me < 4; ++me) launch.run().tally(me);
  return message_of<std::runtime_error>([&] {
    measure_lock<OpenDoor<K>, K>(launch.run(), {-1, -1, -1, -1}, 8);
  });
}

TEST(BrokenLockTest, IsNoticedBetweenThreads) {
  EXPECT_TRUE(error_of_open_door<WorkerKind::kThreads>().starts_with(
      "exclusion broken: two workers were inside at once"));
}

TEST(BrokenLockTest, IsNoticedBetweenProcesses) {
  EXPECT_TRUE(error_of_open_door<WorkerKind::kProcesses>().starts_with(
      "exclusion broken: two workers were inside at once"));
}

TEST(GuardedCountTest, CountsAndNoticesAnotherInside) {
  GuardedCount guarded;
  const BusyWork none(0);
  EXPECT_TRUE(guarded.count(none));
  EXPECT_TRUE(guarded.count(none));
  EXPECT_TRUE(guarded.is(2));
  EXPECT_FALSE(guarded.is(3));
}

class SemaphoreTest : public ContenderTest<SemaphoreContender> {
 protected:
  // Runs workers through a semaphore and returns the most that were inside at once.
  int most_inside(int permits, int workers) {
    const auto semaphore = contender().make(permits);
    SharedObject<Section, WorkerKind::kProcesses> section;
    run_workers(
        contender().workers, times(workers, [&] {
          for (int i = 0; i < 1000; ++i) {
            semaphore->acquire();
            const int now_inside = section->inside.fetch_add(1) + 1;
            int seen = section->most;
            while (seen < now_inside && !section->most.compare_exchange_weak(seen, now_inside)) {
            }
            if (i % 16 == 0) ::sched_yield();  // so that others meet this one inside
            section->inside.fetch_sub(1);
            semaphore->release();
          }
        }));
    EXPECT_EQ(section->inside, 0);
    return section->most;
  }
};

TEST_P(SemaphoreTest, NeverMoreThanItsPermitsAreInside) {
  unless_skipped([&] {
    EXPECT_LE(most_inside(2, 5), 2);
    EXPECT_LE(most_inside(3, 5), 3);
  });
}

TEST_P(SemaphoreTest, OnePermitExcludes) {
  unless_skipped([&] { EXPECT_EQ(most_inside(1, 4), 1); });
}

TEST_P(SemaphoreTest, AllItsPermitsCanBeHeldAtOnce) {
  unless_skipped([&] {
    const auto semaphore = contender().make(5);
    for (int i = 0; i < 5; ++i) semaphore->acquire();
    for (int i = 0; i < 5; ++i) semaphore->release();
    for (int i = 0; i < 5; ++i) semaphore->acquire();
    for (int i = 0; i < 5; ++i) semaphore->release();
  });
}

TEST_P(SemaphoreTest, AWaiterGetsThePermitThatIsReleased) {
  unless_skipped([&] {
    const auto semaphore = contender().make(1);
    SharedObject<std::atomic<int>, WorkerKind::kProcesses> step{0};
    const auto holder = [&] {
      semaphore->acquire();
      *step = 1;
      while (*step != 2) ::sched_yield();
      *step = 3;
      semaphore->release();
    };
    const auto waiter = [&] {
      while (*step != 1) ::sched_yield();
      *step = 2;
      semaphore->acquire();
      require(*step == 3, "the holder has released its permit");
      semaphore->release();
    };
    EXPECT_NO_THROW(run_workers(contender().workers, {holder, waiter}));
  });
}

TEST_P(SemaphoreTest, AFewPermitsForManyWorkersAreMeasured) {
  unless_skipped([&] {
    TestLaunch measured({{"contender", contender().name},
                         {"scope", scope_word(contender().workers)},
                         {"permits", 2},
                         {"work_in_ns", 500}});
    for (int me = 0; me < 4; ++me) measured.run().tally(me);
    contender().measure(measured.run(), {-1, -1, -1, -1});
    measured.expect_measured();
    const auto most = measured.facts().at("max_inside").get<std::int64_t>();
    EXPECT_GE(most, 1);
    EXPECT_LE(most, 2);
  });
}

INSTANTIATE_TEST_SUITE_P(All, SemaphoreTest, ::testing::ValuesIn(native<SemaphoreContender>()),
                         NameOf());

struct Turnstile {
  static constexpr Facts kFacts{.name = "turnstile",
                                .label = "turnstile",
                                .family = "test",
                                .primitive = "semaphore",
                                .wait = "spin"};
  explicit Turnstile(int) {}
  void acquire() {}
  void release() {}
};

TEST(BrokenSemaphoreTest, IsNoticed) {
  TestLaunch launch({{"permits", 1}, {"work_in_ns", 50'000}});
  for (int me = 0; me < 4; ++me) launch.run().tally(me);
  const auto error = message_of<std::runtime_error>([&] {
    measure_semaphore<Turnstile, WorkerKind::kThreads>(launch.run(), {-1, -1, -1, -1});
  });
  EXPECT_NE(error.find("were inside at once through 1 permits"), std::string::npos) << error;
}

}  // namespace
}  // namespace scenarios::testing
