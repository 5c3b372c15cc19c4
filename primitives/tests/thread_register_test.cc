// Which threads there are: their names, which are listed, and what a fork leaves of them.
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <latch>
#include <memory>
#include <string>
#include <thread>

#include "gilfree/detail/process/thread_registry.h"
#include "gilfree/thread.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

class ThreadRegisterTest : public Watchdog {};

TEST_F(ThreadRegisterTest, NamesAreGivenWhereNoneIsChosen) {
  Thread named([] {}, {.name = "w"}), first([] {}), second([] {});
  EXPECT_EQ(named.name(), "w");
  EXPECT_EQ(first.name().rfind("Thread-", 0), 0u);
  EXPECT_NE(first.name(), second.name());
  named.set_name("x");
  EXPECT_EQ(named.name(), "x");
}

TEST_F(ThreadRegisterTest, TheKernelKnowsItsName) {
  char name[16] = {};
  Thread worker([&] { ::pthread_getname_np(::pthread_self(), name, sizeof name); },
                {.name = "a name too long for the kernel"});
  worker.start();
  worker.join();
  EXPECT_STREQ(name, "a name too long");
}

TEST_F(ThreadRegisterTest, EnumerateKnowsTheMainThreadAndThoseThatRun) {
  EXPECT_EQ(active_count(), 1u);
  EXPECT_EQ(current_thread(), main_thread());
  EXPECT_EQ(main_thread().name(), "MainThread");
  std::latch end(1);
  Thread one([&] { end.wait(); }, {.name = "one"}), two([&] { end.wait(); }, {.name = "two"});
  Thread never([] {});
  one.start();
  two.start();
  EXPECT_EQ(active_count(), 3u);
  const auto threads = enumerate();
  EXPECT_EQ(threads.size(), 3u);
  for (const ThreadHandle& known : {ThreadHandle(one), ThreadHandle(two), main_thread()}) {
    EXPECT_NE(std::find(threads.begin(), threads.end(), known), threads.end()) << known.name();
  }
  end.count_down();
  one.join();
  two.join();
  EXPECT_EQ(active_count(), 1u);
  EXPECT_EQ(threads.size(), 3u) << "a handle outlives its thread";
}

TEST_F(ThreadRegisterTest, AThreadThatIsNoneOfOursIsKnownOnceItAsks) {
  std::thread stranger([] {
    const auto me = current_thread();
    EXPECT_EQ(me.name().rfind("Dummy-", 0), 0u);
    EXPECT_EQ(me, current_thread());
    EXPECT_NE(me, main_thread());
    EXPECT_EQ(active_count(), 2u);
  });
  stranger.join();
  EXPECT_EQ(active_count(), 1u);
}

TEST_F(ThreadRegisterTest, AForkedChildHasOnlyTheThreadThatForked) {
  std::latch end(1);
  Thread bystander([&] { end.wait(); });
  bystander.start();
  int status = -1;
  Thread forker(
      [&] {
        const pid_t child = fork_child([&] {
          const bool good = active_count() == 1 && current_thread() == main_thread() &&
                            current_thread().name() == "forker" && !bystander.is_alive() &&
                            bystander.join_for(1h);
          ::_exit(good ? 0 : 1);
        });
        ::waitpid(child, &status, 0);
      },
      {.name = "forker"});
  forker.start();
  forker.join();
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(bystander.is_alive());
  end.count_down();
}

// A wake-up meant for the waiter for the id must not go to a waiter for the end, which came first.
TEST_F(ThreadRegisterTest, TheNativeIdComesAlsoIfAnotherThreadWaitsForTheEnd) {
  const auto record = std::make_shared<detail::ThreadRecord>("late", true);
  record->phase = detail::Phase::kBegun;  // made, and not yet on a CPU
  SleepWatch<Threads> watch(2);
  std::latch identified(1);
  std::thread joiner([&] {
    watch.will_sleep(0);
    EXPECT_TRUE(record->await_end(kNever));
  });
  watch.await(0);
  std::thread asker([&] {
    watch.will_sleep(1);
    record->await_native_id();
    identified.count_down();
  });
  watch.await(1);
  std::thread late([&] {
    record->begin();
    identified.wait();
    record->end();
  });
  for (std::thread* each : {&asker, &late, &joiner}) each->join();
}

}  // namespace
}  // namespace gilfree::testing
