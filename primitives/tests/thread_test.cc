// A thread from New to Dead: what it runs, which state it is in, how it ends and what waits for it.
#include "gilfree/thread.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;
using State = Thread::State;

class ThreadTest : public Watchdog {};

static_assert(!std::is_copy_constructible_v<Thread> && std::is_move_constructible_v<Thread>);
static_assert(std::is_copy_constructible_v<ThreadHandle>);
static_assert(std::has_virtual_destructor_v<Thread>);
static_assert(!std::is_constructible_v<Thread, ThreadHandle>);

void await_state(const ThreadHandle& thread, State state) {
  while (thread.state() != state) std::this_thread::yield();
}

TEST_F(ThreadTest, RunsItsTargetInAnotherThreadOfTheSameProcess) {
  pid_t process = 0, native_id = 0;
  std::uint64_t ident = 0;
  Thread worker([&] {
    process = ::getpid();
    native_id = ::gettid();
    ident = ::pthread_self();
  });
  EXPECT_FALSE(worker.is_alive());
  EXPECT_EQ(worker.native_id(), 0);
  EXPECT_EQ(worker.ident(), 0u);
  worker.start();
  worker.join();
  EXPECT_FALSE(worker.is_alive());
  EXPECT_EQ(process, ::getpid());
  EXPECT_NE(native_id, ::gettid());
  EXPECT_EQ(worker.native_id(), native_id);
  EXPECT_EQ(worker.ident(), ident);
}

TEST_F(ThreadTest, TakesATargetThatCanOnlyBeMovedAndDropsItBeforeJoinReturns) {
  auto resource = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = resource;
  Thread worker(
      [owned = std::make_unique<std::shared_ptr<int>>(std::move(resource))] { ++**owned; });
  worker.start();
  worker.join();
  EXPECT_TRUE(watched.expired());
}

TEST_F(ThreadTest, ASubclassOverridesRun) {
  struct Work : Thread {
    Work() : Thread({.name = "work"}) {}
    ~Work() override { join(); }
    void run() override {
      end.wait();
      seen = current_thread().name();
    }
    std::latch end{1};
    std::string seen;
  } work;
  work.start();
  EXPECT_THROW(Thread(std::move(work)), std::logic_error) << "its thread uses the object";
  work.end.count_down();
  work.join();
  EXPECT_EQ(work.seen, "work");
}

TEST_F(ThreadTest, GoesFromNewThroughRunningAndBlockedToDead) {
  std::atomic<bool> run{true};
  std::latch unblock(1);
  Thread worker([&] {
    while (run) continue;
    unblock.wait();
  });
  EXPECT_EQ(worker.state(), State::New);
  worker.start();
  await_state(worker, State::Running);
  run = false;
  await_state(worker, State::Blocked);
  unblock.count_down();
  worker.join();
  EXPECT_EQ(worker.state(), State::Dead);
  EXPECT_EQ(current_thread().state(), State::Running);
}

TEST_F(ThreadTest, IsRunnableWhileAnotherHasItsCpu) {
  cpu_set_t allowed, one;
  ASSERT_EQ(::sched_getaffinity(0, sizeof allowed, &allowed), 0);
  CPU_ZERO(&one);
  int cpu = 0;
  while (!CPU_ISSET(cpu, &allowed)) ++cpu;
  CPU_SET(cpu, &one);
  std::atomic<bool> run{true};
  const auto spin = [&] {
    ::sched_setaffinity(0, sizeof one, &one);
    while (run) continue;
  };
  Thread left(spin), right(spin);
  left.start();
  right.start();
  EXPECT_NE(left.native_id(), right.native_id());  // both have begun: before, they are Runnable too
  await_state(left, State::Runnable);
  await_state(right, State::Runnable);
  await_state(left, State::Running);
  run = false;
}

TEST_F(ThreadTest, JoinForGivesUpAndAnyNumberMayJoin) {
  std::latch end(1);
  Thread worker([&] { end.wait(); });
  worker.start();
  EXPECT_FALSE(worker.join_for(1ms));
  EXPECT_TRUE(worker.is_alive());
  std::vector<std::thread> others;
  for (int i = 0; i < 3; ++i) {
    others.emplace_back([&worker] { worker.join(); });
    others.emplace_back([&worker] { EXPECT_TRUE(worker.join_for(1h)); });
  }
  end.count_down();
  for (auto& other : others) other.join();
  worker.join();
  EXPECT_TRUE(worker.join_for(0ms));
}

TEST_F(ThreadTest, MistakesAreReported) {
  Thread worker([] {});
  EXPECT_THROW(worker.join(), std::logic_error);
  worker.start();
  EXPECT_THROW(worker.start(), std::logic_error);
  EXPECT_THROW(worker.join_for(-1ms), std::invalid_argument);
  EXPECT_TRUE(worker.join_for(std::chrono::hours::max()));  // too long to count
  std::atomic<bool> refused{false};
  Thread* myself = nullptr;
  Thread selfish([&] {
    try {
      myself->join();
    } catch (const std::logic_error&) {
      refused = true;
    }
  });
  myself = &selfish;
  selfish.start();
  selfish.join();
  EXPECT_TRUE(refused);
  Thread moved(std::move(worker));
  EXPECT_THROW(worker.join(), std::logic_error);
  moved.join();
}

TEST_F(ThreadTest, AnUncaughtExceptionIsReportedAndEndsThisThreadAlone) {
  ::testing::internal::CaptureStderr();
  Thread worker([] { throw std::runtime_error("no such reading"); }, {.name = "sensor"});
  worker.start();
  worker.join();
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "sensor: uncaught std::runtime_error: no such reading\n");
  EXPECT_EQ(worker.state(), State::Dead);
}

TEST_F(ThreadTest, ACancelledThreadIsDead) {
  Thread worker([] {
    while (true) ::pause();
  });
  worker.start();
  await_state(worker, State::Blocked);
  ::pthread_cancel(worker.ident());
  worker.join();
  EXPECT_EQ(worker.state(), State::Dead);
  EXPECT_EQ(active_count(), 1u);
}

TEST_F(ThreadTest, StartNewThreadRunsAFunctionWithItsArguments) {
  std::latch done(1);
  std::atomic<int> sum{0};
  const auto add = [&](int left, const std::string& right) {
    sum = left + std::stoi(right);
    done.count_down();
  };
  EXPECT_NE(start_new_thread(add, 2, std::string("3")), 0u);
  done.wait();
  EXPECT_EQ(sum, 5);
  while (active_count() > 1) std::this_thread::yield();
}

TEST_F(ThreadTest, TheDestructorJoinsAndLetsADaemonGoOn) {
  std::atomic<bool> ended{false};
  auto daemons_end = std::make_shared<std::latch>(1);
  {
    Thread worker([&] {
      std::this_thread::sleep_for(1ms);
      ended = true;
    });
    Thread daemon([daemons_end] { daemons_end->wait(); }, {.daemon = true});
    worker.start();
    daemon.start();
    EXPECT_TRUE(daemon.daemon());
  }
  EXPECT_TRUE(ended);
  EXPECT_EQ(active_count(), 2u);
  daemons_end->count_down();
  while (active_count() > 1) std::this_thread::yield();
}

TEST_F(ThreadTest, ThreadsLiveInAVector) {
  std::atomic<int> ran{0};
  std::vector<Thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { ++ran; });
    threads.back().start();
  }
  threads.clear();
  EXPECT_EQ(ran, 8);
}

// A death test runs its statement in a child and sees how that ends.
TEST_F(ThreadTest, ExitWaitsForThreadsButNotForDaemons) {
  EXPECT_EXIT(
      {
        (void)start_new_thread([] {
          while (true) ::pause();
        });
        auto* forgotten = new Thread([] {
          std::this_thread::sleep_for(5ms);
          ::_exit(7);
        });
        forgotten->start();
        std::exit(0);
      },
      ::testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace gilfree::testing
