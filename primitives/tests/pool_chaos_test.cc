// A process pool whose workers are killed all the time.

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <thread>
#include <vector>

#include "gilfree/pool.h"
#include "gilfree/process.h"
#include "gilfree/queue.h"
#include "primitives/tests/support/leftovers.h"
#include "primitives/tests/support/pool_calls.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

// Kills a worker every now and then until it goes out of scope.
class Killer {
 public:
  Killer(const Pool<Processes>& pool, std::chrono::microseconds every)
      : thread_([this, &pool, every] {
          for (unsigned turn = 0; !stop_; ++turn) {
            std::this_thread::sleep_for(every);
            const auto pids = pool.pids();
            const pid_t victim = pids[turn % pids.size()];
            if (victim > 0) ::kill(victim, SIGKILL);
          }
        }) {}
  ~Killer() {
    stop_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

// The property: whatever worker dies whenever, each call gives its own result or WorkerLost, runs at
// most once, and the pool is at full strength afterwards.
class PoolChaosTest : public Watchdog, public ::testing::WithParamInterface<std::size_t> {};

INSTANTIATE_TEST_SUITE_P(Chunk, PoolChaosTest, ::testing::Values(1, 64));

TEST_P(PoolChaosTest, CallsSurviveWorkersThatAreKilledAllTheTime) {
  constexpr int kCalls = 10'000, kWorkers = 6;
  Ledger<Processes> runs(kCalls);
  const auto descriptors = open_descriptors();
  int lost = 0;
  {
    Queue<int, Processes> arrived(kWorkers), leave(kWorkers);
    Pool<Processes> pool(kWorkers);
    {
      const Killer killer(pool, 4ms);
      const auto inputs = first_numbers(kCalls);
      auto results = pool.imap(
          [&runs](int x) {
            runs[x]++;
            for (int spin = 0; spin < 100'000; ++spin) asm volatile("");
            return x * 2;
          },
          inputs, GetParam());
      for (const int x : inputs) {
        try {
          ASSERT_EQ(results.next(), 2 * x);
          ASSERT_EQ(runs[x], 1);
        } catch (const WorkerLost&) {
          ++lost;
          ASSERT_LE(runs[x], 1);
        }
      }
      EXPECT_EQ(results.next(), std::nullopt);
    }
    // At full strength: as many calls at once as there are workers.
    auto together = pool.map_async(
        [&](int x) {
          arrived.put(x);
          return leave.get();
        },
        std::vector<int>(kWorkers, 1), 1);
    for (int i = 0; i < kWorkers; ++i) EXPECT_EQ(arrived.get(), 1);
    for (int i = 0; i < kWorkers; ++i) leave.put(i);
    together.wait();
    EXPECT_EQ(active_children().size(), 1u);
    EXPECT_EQ(descendants().size(), 1u + kWorkers) << "zombies, or others that live on";
    pool.close();
    pool.join();
    EXPECT_TRUE(descendants().empty());
  }
  EXPECT_GT(lost, 0) << "no worker was killed in time";
  EXPECT_LT(lost, kCalls / 10);
  EXPECT_EQ(open_descriptors(), descriptors);
  RecordProperty("lost", lost);
}

}  // namespace
}  // namespace gilfree::testing
