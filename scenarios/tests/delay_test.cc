// The delay that `aa --power` injects: so much work is added to an operation, and without one the contender itself is
// measured.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/lock_contention.h"
#include "scenarios/pipe_vs_queue.h"
#include "scenarios/pool_tasks.h"
#include "scenarios/producer_consumer.h"
#include "scenarios/support/injected_delay.h"
#include "scenarios/tests/support.h"

namespace scenarios::testing {
namespace {

// Restores what a test sets.
class DelayTest : public ::testing::Test {
 protected:
  void TearDown() override { delay_steps = 0; }

  // A launch with a delay of so many ns; none without a value.
  static bool injected(std::optional<double> ns) {
    harness::Measurement control({.warmup = std::chrono::milliseconds(1),
                                  .window = std::chrono::milliseconds(1),
                                  .windows = 1});
    control.injected_delay.ns = ns;
    const harness::Point point({});
    harness::Run run(point, 1, "", control);
    const bool slowed = inject_delay(run);
    EXPECT_TRUE(control.injected_delay.taken) << "the case says that it can be slowed";
    return slowed;
  }
  // The shortest of many tries of `operations`, in ns.
  template <typename Operations>
  static double shortest_ns(Operations operations) {
    auto best = std::int64_t{1} << 62;
    for (int attempt = 0; attempt < 9; ++attempt) {
      const auto begun = monotonic_ns();
      operations();
      best = std::min(best, monotonic_ns() - begun);
    }
    return static_cast<double>(best);
  }
};

TEST_F(DelayTest, WithoutADelayNothingIsAdded) {
  EXPECT_FALSE(injected(std::nullopt));
  EXPECT_EQ(delay_steps, 0u);
}

TEST_F(DelayTest, ADelayOfNothingIsMeasuredWithTheCodeThatWouldAddIt) {
  EXPECT_TRUE(injected(0.0));
  EXPECT_EQ(delay_steps, 0u);
}

TEST_F(DelayTest, StepsAreProportionalToTheDelay) {
  EXPECT_TRUE(injected(1000.0));
  const auto of_1000 = static_cast<double>(delay_steps);
  EXPECT_TRUE(injected(10'000.0));
  // Each launch calibrates for itself, on a machine that others may use.
  EXPECT_GT(static_cast<double>(delay_steps), 3 * of_1000);
  EXPECT_LT(static_cast<double>(delay_steps), 30 * of_1000);
}

TEST_F(DelayTest, ADelayShorterThanAStepIsStillSomeSteps) {
  EXPECT_TRUE(injected(0.01));
  EXPECT_GT(delay_steps, 0u);
  EXPECT_LT(delay_steps, 65536u) << "less than a step for each operation";
}

TEST_F(DelayTest, ItTakesAtLeastAboutTheTimeAskedFor) {
  EXPECT_TRUE(injected(20'000.0));
  EXPECT_GT(shortest_ns([] {
              for (int i = 0; i < 50; ++i) add_delay();
            }),
            50 * 20'000.0 / 4);
}

TEST_F(DelayTest, PartsOfAStepAddUpToWholeOnes) {
  delay_steps = 65536 * 1000 / 4;  // 250 steps
  const double whole = shortest_ns([] {
    for (int i = 0; i < 1000; ++i) add_delay();
  });
  delay_steps = 65536 * 1000 / 16 + 1;  // 62.5 steps and a little
  const double part = shortest_ns([] {
    for (int i = 0; i < 1000; ++i) add_delay();
  });
  EXPECT_GT(part, whole / 16);
  EXPECT_LT(part, whole);
}

TEST_F(DelayTest, ThatOfManyOperationsAtOnceIsThatOfEach) {
  delay_steps = 65536 * 100;
  const double together = shortest_ns([] { add_delay(1000); });
  delay_steps = 0;
  const double none = shortest_ns([] { add_delay(1000); });
  EXPECT_GT(together, 10 * none + 10'000);
}

// Contenders that count what is called, and how often the delay was added before or after.
struct CountingQueue {
  explicit CountingQueue(std::size_t) {}
  void put(const Message<64>&) { ++puts; }
  void get(Message<64>&) { ++gets; }
  void put_many(const std::vector<Message<64>>& messages) { puts += messages.size(); }
  void get_many(std::vector<Message<64>>& messages, std::size_t most) {
    messages.resize(most), gets += most;
  }
  std::size_t puts = 0, gets = 0;
};

TEST_F(DelayTest, ASlowedQueueIsTheQueueItself) {
  delay_steps = 65536;
  DelayedQueue<CountingQueue, 64> queue(4);
  Message<64> message{};
  std::vector<Message<64>> batch(3);
  queue.put(message), queue.put_many(batch);
  queue.get(message), queue.get_many(batch, 2);
  EXPECT_EQ(queue.puts, 4u);
  EXPECT_EQ(queue.gets, 3u);
  EXPECT_EQ(batch.size(), 2u);
}

struct CountingLock {
  static constexpr Facts kFacts{.name = "counting",
                                .label = "counting",
                                .family = "test",
                                .primitive = "lock",
                                .wait = "spin"};
  void lock() { ++locked; }
  void unlock() { ++unlocked; }
  int locked = 0, unlocked = 0;
};

TEST_F(DelayTest, ASlowedLockIsHeldWhileTheDelayIsAdded) {
  delay_steps = 65536;
  DelayedLock<CountingLock> lock;
  lock.lock();
  EXPECT_EQ(lock.locked, 1);
  EXPECT_EQ(lock.unlocked, 0);
  lock.unlock();
  EXPECT_EQ(lock.unlocked, 1);
}

struct CountingPool {
  static constexpr Facts kFacts{.name = "counting",
                                .label = "counting",
                                .family = "test",
                                .primitive = "pool",
                                .wait = "spin"};
  static constexpr PoolTraits kTraits{};
  explicit CountingPool(int) {}
  void map(const Numbers& inputs, std::size_t, Numbers& outputs) {
    run_tasks(inputs, outputs, 0, inputs.size());
  }
  int call(int x) { return task(x); }
};

TEST_F(DelayTest, ASlowedPoolGivesTheSameResults) {
  delay_steps = 65536;
  DelayedPool<CountingPool> pool(1);
  Numbers outputs(3);
  pool.map({1, 2, 3}, 1, outputs);
  EXPECT_EQ(outputs, (Numbers{4, 7, 10}));
  EXPECT_EQ(pool.call(5), 16);
}

TEST_F(DelayTest, TheTasksOfASlowedMapAreEachDelayed) {
  delay_steps = 65536 * 50;
  DelayedPool<CountingPool> pool(1);
  const Numbers few(10, 1), many(10'000, 1);
  Numbers outputs(many.size());
  const double of_few = shortest_ns([&] { pool.map(few, 1, outputs); });
  const double of_many = shortest_ns([&] { pool.map(many, 1, outputs); });
  EXPECT_GT(of_many, 30 * of_few);
}

struct Takes : CountingPool {
  static constexpr bool kTakesDelay = true;
};
struct Refuses : CountingPool {
  static constexpr bool kTakesDelay = false;
};

TEST_F(DelayTest, OnlyThoseThatSayThatTheyTakeItAreSlowed) {
  EXPECT_TRUE(kTakesDelay<Takes>);
  EXPECT_FALSE(kTakesDelay<Refuses>);
  EXPECT_FALSE(kTakesDelay<CountingPool>);
}

}  // namespace
}  // namespace scenarios::testing
