// Workers that die, in every way, and what a process pool makes of it.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "gilfree/pipe.h"
#include "gilfree/pool.h"
#include "gilfree/process.h"
#include "gilfree/queue.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/leftovers.h"
#include "primitives/tests/support/pool_calls.h"
#include "primitives/tests/support/pool_orphans.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

class PoolCrashTest : public Watchdog {};

std::string what_became_of(AsyncResult<int>& result) {
  try {
    result.get();
    return "a result";
  } catch (const WorkerLost& error) {
    return error.what();
  }
}

TEST_F(PoolCrashTest, ADeathLosesTheOneCallAndSaysHow) {
  Pool<Processes> pool(2);
  auto killed = pool.apply_async([] { return ::raise(SIGKILL); });
  auto left = pool.apply_async([]() -> int { ::_exit(3); });
  auto exited = pool.apply_async([]() -> int { std::exit(0); });
  auto fine = pool.apply_async(square, 3);
  EXPECT_NE(what_became_of(killed).find("killed by signal 9 (Killed)"), std::string::npos)
      << what_became_of(killed);
  EXPECT_NE(what_became_of(left).find("exit status 3"), std::string::npos) << what_became_of(left);
  EXPECT_NE(what_became_of(exited).find("exit status 0"), std::string::npos);
  EXPECT_EQ(fine.get(), 9);
  EXPECT_EQ(pool.map(square, {1, 2, 3}), (std::vector<int>{1, 4, 9}));
}

TEST_F(PoolCrashTest, OfAChunkOnlyTheInputThatWasRunIsLost) {
  Pool<Processes> pool(1);
  auto results = pool.imap(
      [](int x) {
        if (x % 10 == 3) ::raise(SIGKILL);
        return x;
      },
      std::vector<int>{1, 2, 3, 4, 5, 13, 14}, 7);
  for (const int x : {1, 2, 3, 4, 5, 13, 14}) {
    if (x % 10 == 3) {
      EXPECT_THROW(results.next(), WorkerLost);
    } else {
      EXPECT_EQ(results.next(), x);
    }
  }
}

TEST_F(PoolCrashTest, AnIdleWorkerThatIsKilledIsReplaced) {
  Pool<Processes> pool(3);
  EXPECT_EQ(pool.apply(square, 2), 4);
  for (int round = 0; round < 5; ++round) {
    for (const pid_t worker : pool.pids()) {
      if (worker > 0) ::kill(worker, SIGKILL);
    }
    EXPECT_EQ(pool.map(square, {1, 2, 3, 4}, 4).back(), 16);
  }
}

TEST_F(PoolCrashTest, AWorkerEndsAfterItsShareOfCallsAndIsReplaced) {
  Pool<Processes> pool(1, {.max_tasks_per_child = 3});
  std::set<pid_t> seen;
  for (int i = 0; i < 9; ++i) seen.insert(pool.apply([] { return ::getpid(); }));
  EXPECT_EQ(seen.size(), 3u);
}

// One worker dies at the first input of its chunk, the other one waits for the second input. The worker that replaces the
// first has nothing to do until this process takes note of the death, in get(). It waits for that.
TEST_F(PoolCrashTest, InAClosedPoolTheRestOfAChunkDoesNotWaitForABusyWorker) {
  Queue<pid_t, Processes> begun(1), gate(1);
  Queue<int, Processes> second(1);
  Pool<Processes> pool(2);
  auto chunk = pool.map_async(
      [&begun, &gate, &second](int x) {
        if (x == 2) return second.put(x);
        begun.put(::getpid());
        (void)gate.get();
        ::raise(SIGKILL);
      },
      std::vector<int>{1, 2}, 2);
  const pid_t victim = begun.get();
  auto waits = pool.apply_async([&begun, &second] {
    begun.put(::getpid());
    return second.get();
  });
  (void)begun.get();
  pool.close();
  const auto is_known = [&pool](pid_t worker) {
    const auto workers = pool.pids();
    return std::find(workers.begin(), workers.end(), worker) != workers.end();
  };
  while (!is_known(victim)) std::this_thread::yield();
  gate.put(0);
  while (is_known(victim)) std::this_thread::yield();
  for (const pid_t worker : pool.pids()) {
    await_sleep(worker);
    const char state = state_of(worker);
    EXPECT_TRUE(state != 'Z' && state != '?') << "it has left";
  }
  EXPECT_EQ(waits.get(), 2);
  EXPECT_THROW(chunk.get(), WorkerLost);
  pool.join();
}

TEST_F(PoolCrashTest, WorkersDieWithTheProcessThatMadeThePool) {
  expect_workers_die_with_their_maker({});
}

TEST_F(PoolCrashTest, APoolWhoseSupervisorIsKilledRecovers) {
  Pool<Processes> pool(2);
  for (int round = 0; round < 5; ++round) {
    auto stuck = pool.apply_async([]() -> int {
      while (true) ::pause();
    });
    EXPECT_EQ(pool.apply(square, 3), 9);
    const auto children = active_children();
    ASSERT_EQ(children.size(), 1u);
    children[0].kill();
    EXPECT_THROW(stuck.get(), WorkerLost);
    EXPECT_EQ(pool.apply(square, 4), 16);
  }
}

TEST_F(PoolCrashTest, TerminateLeavesNothingBehind) {
  const auto make_and_terminate = [] {
    Pool<Processes> pool(2);
    auto stuck = pool.map_async(
        [](int) {
          while (true) ::pause();
        },
        std::vector<int>(10), 1);
    EXPECT_EQ(pool.apply_async(square, 3).wait_for(1ms), false);
    pool.terminate();
    EXPECT_THROW(stuck.get(), Closed);
    pool.join();
    EXPECT_TRUE(descendants().empty());
  };
  make_and_terminate();  // what malloc wants for it, it has from then on
  const auto descriptors = open_descriptors();
  const auto maps = mappings();
  constexpr int kRounds = 5;
  for (int round = 0; round < kRounds; ++round) make_and_terminate();
  EXPECT_EQ(open_descriptors(), descriptors);
  EXPECT_LT(mappings(), maps + kRounds) << "one left by each";
}

TEST_F(PoolCrashTest, AForkedChildIsRefusedAPoolThatIsNotItsOwn) {
  Pool<Processes> pool(1);
  Process child([&] {
    try {
      pool.apply(square, 1);
      return 0;
    } catch (const std::logic_error&) {
      return 7;
    }
  });
  child.start();
  child.join();
  EXPECT_EQ(child.exitcode(), 7);
  EXPECT_EQ(pool.apply(square, 2), 4);
}

TEST_F(PoolCrashTest, WhereNoWorkerSurvivesTheInitializerEveryCallIsLost) {
  Pool<Processes> pool(2, {.initializer = [] { ::_exit(4); }});
  try {
    pool.apply(square, 1);
    FAIL() << "nothing thrown";
  } catch (const WorkerLost& error) {
    EXPECT_NE(std::string(error.what()).find("initializer"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("exit status 4"), std::string::npos) << error.what();
  }
  pool.close();
  pool.join();
}

// How many timed waits of this thread end while another one terminates the pool. terminate() gives the supervisor a second
// to end by itself, which this one does not: it is stopped.
int waits_while_it_terminates() {
  Pool<Processes> pool(1);
  const pid_t supervisor = pool.apply([] { return ::getppid(); });
  auto result = pool.apply_async([] { return ::pause(); });
  ::kill(supervisor, SIGSTOP);
  std::atomic<bool> has_begun{false}, has_ended{false};
  std::thread terminating([&] {
    has_begun = true;
    pool.terminate();
    has_ended = true;
  });
  while (!has_begun) std::this_thread::yield();
  int waits = 0;
  while (!has_ended && !result.wait_for(1ms)) ++waits;
  terminating.join();
  EXPECT_THROW(result.get(), Closed);
  return waits;
}

TEST_F(PoolCrashTest, OtherThreadsAreServedWhileAPoolTerminates) {
  constexpr int kTries = 5;    // on a busy machine this thread may hardly run in that second
  constexpr int kServed = 20;  // one or two may end before terminate() has the mutex
  int most = 0;
  for (int i = 0; i < kTries && most < kServed; ++i) {
    most = std::max(most, waits_while_it_terminates());
  }
  EXPECT_GE(most, kServed);
}

TEST_F(PoolCrashTest, ACallMayUseAPoolOfItsOwnWhichEndsWithItsWorker) {
  auto [receiver, sender] = Pipe<int, Processes>({.duplex = false});
  Pool<Processes> pool(1);
  EXPECT_EQ(pool.apply([] {
    Pool<Processes> inner(2);
    return inner.map(square, {2, 3}).back();
  }),
            9);
  auto killed = pool.apply_async([&sender = sender] {
    Pool<Processes> inner(1);
    inner.apply([&sender] {
      sender.send(::getppid());
      while (true) ::pause();
    });
  });
  sender.close();
  (void)receiver.recv();
  ::kill(pool.pids().front(), SIGKILL);
  EXPECT_THROW(killed.get(), WorkerLost);
  EXPECT_EQ(pool.apply(square, 4), 16);
  pool.terminate();
  EXPECT_THROW(receiver.recv(), EndOfFile) << "the inner worker lives on";
}

}  // namespace
}  // namespace gilfree::testing
