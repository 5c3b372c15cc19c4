// Pool: tasks that end their thread or their pool, pools that cannot be made, and pools in forked children.
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "gilfree/barrier.h"
#include "gilfree/pool.h"
#include "gilfree/queue.h"
#include "primitives/tests/support/pool_calls.h"
#include "primitives/tests/support/pool_pieces.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

template <typename S>
class PoolFaultsTest : public Watchdog {};
TYPED_TEST_SUITE(PoolFaultsTest, BothScopes);
class ThreadPoolFaultsTest : public Watchdog {};
class ProcessPoolFaultsTest : public Watchdog {};

int exit_at_3(int x) {
  if (x == 3) ::pthread_exit(nullptr);
  return x * x;
}

TYPED_TEST(PoolFaultsTest, ATaskThatEndsItsThreadIsLostAloneAndTheWorkerReplaced) {
  for (const int workers : {1, 2}) {
    Pool<TypeParam> pool(workers);
    for (int i = 0; i < 5; ++i) EXPECT_THROW(pool.apply(exit_at_3, 3), WorkerLost);
    EXPECT_EQ(pool.apply(exit_at_3, 2), 4);
    EXPECT_THROW(pool.map(exit_at_3, first_numbers(20), 6), WorkerLost);
    auto results = pool.imap(exit_at_3, first_numbers(20), 6);
    for (int i = 0; i < 20; ++i) {
      if (i == 3) {
        EXPECT_THROW(results.next(), WorkerLost);
      } else {
        EXPECT_EQ(results.next(), i * i);
      }
    }
    pool.close();
    pool.join();
  }
}

TYPED_TEST(PoolFaultsTest, CallsBehindATaskThatEndsItsThreadAreRun) {
  Pool<TypeParam> pool(1);
  std::vector<AsyncResult<int, TypeParam>> results;
  for (int i = 0; i < 200; ++i) results.push_back(pool.apply_async(exit_at_3, i % 50));
  for (int i = 0; i < 200; ++i) {
    if (i % 50 == 3) {
      EXPECT_THROW(results[i].get(), WorkerLost);
    } else {
      EXPECT_EQ(results[i].get(), (i % 50) * (i % 50));
    }
  }
}

TEST_F(ThreadPoolFaultsTest, AnInitializerThatEndsItsThreadBreaksThePool) {
  Pool<Threads> pool(2, {.initializer = [] { ::pthread_exit(nullptr); }});
  EXPECT_THROW(pool.apply(square, 2), WorkerLost);
}

TEST_F(ThreadPoolFaultsTest, ATaskMayTerminateItsPoolAndMayNotJoinIt) {
  Pool<Threads> pool(2);
  Barrier<Threads> both(2);
  const auto stop = [&] {
    both.wait();
    pool.terminate();
    pool.join();
  };
  auto one = pool.apply_async(stop), other = pool.apply_async(stop);
  EXPECT_THROW(one.get(), RemoteError);
  EXPECT_THROW(other.get(), RemoteError);
  EXPECT_THROW(pool.apply(square, 2), Closed);
  pool.join();
}

TEST_F(ThreadPoolFaultsTest, ATaskMayDestroyItsPool) {
  auto pool = std::make_unique<Pool<Threads>>(2);
  Queue<int, Threads> gate(1);
  auto result = pool->apply_async([&] {
    const int answer = gate.get();
    pool.reset();
    return answer;
  });
  gate.put(3);
  EXPECT_EQ(result.get(), 3);
}

// Runs the body in a child that is another user, which may have so many processes and threads.
int with_so_many_threads(rlim_t limit, const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    const uid_t user = 20'000 + ::getpid() % 40'000;
    const rlimit few{limit, limit};
    if (::setgid(user) != 0 || ::setuid(user) != 0) ::_exit(77);
    ::setrlimit(RLIMIT_NPROC, &few);
    ::_exit(body());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST_F(ThreadPoolFaultsTest, APoolThatCannotHaveAllItsThreadsThrowsAndLeavesNone) {
  const int code = with_so_many_threads(4, [] {
    try {
      const Pool<Threads> pool(8);
      return 1;
    } catch (const std::system_error&) {
      return active_count() == 1 ? 0 : 2;
    }
  });
  if (code == 77) GTEST_SKIP() << "needs root";
  EXPECT_EQ(code, 0);
}

TEST_F(ProcessPoolFaultsTest, CallsOfAPoolWithoutAWorkerEndWithTheReason) {
  const int code = with_so_many_threads(2, [] {  // room for the supervisor, and for no worker
    Pool<Processes> pool(2);
    try {
      (void)pool.apply(square, 2);
      return 1;
    } catch (const std::system_error& error) {
      if (error.code().value() != EAGAIN) return 2;
    }
    try {
      (void)pool.imap(square, first_numbers(2));
      return 3;
    } catch (const std::system_error&) {
    }
    pool.close();
    pool.join();
    return 0;
  });
  if (code == 77) GTEST_SKIP() << "needs root";
  EXPECT_EQ(code, 0);
}

TEST_F(ProcessPoolFaultsTest, APoolWithFewerWorkersThanItWantsWorks) {
  const int code = with_so_many_threads(3, [] {
    Pool<Processes> pool(4);
    return pool.map(square, first_numbers(50)) == squares(50) ? 0 : 1;
  });
  if (code == 77) GTEST_SKIP() << "needs root";
  EXPECT_EQ(code, 0);
}

// A callback ends the thread behind callbacks, and there is room for no other until it has ended.
TEST_F(ProcessPoolFaultsTest, WhereNoThreadCanCallBackEachResultComesOrSaysSo) {
  const int code =
      with_so_many_threads(4, [] {  // the program's, the supervisor, a worker and that one
        Pool<Processes> pool(1);
        auto ends = pool.apply_async({.callback = [](int) { ::pthread_exit(nullptr); }}, square, 2);
        if (ends.get() != 4) return 1;
        try {
          while (pool.apply_async({.callback = [](int) {}}, square, 3).get() == 9) continue;
          return 2;
        } catch (const std::system_error& error) {
          if (error.code().value() != EAGAIN) return 3;
        }
        pool.close();
        pool.join();
        return 0;
      });
  if (code == 77) GTEST_SKIP() << "needs root";
  EXPECT_EQ(code, 0);
}

// Counts the questions that a forked child's pool answers with std::logic_error.
template <typename S>
int refused_in_child(Pool<S>& pool, AsyncResult<int, S>& result, PoolResults<int, S>& results,
                     PoolResults<int, S>& computed) {
  int refused = 0;
  const auto ask = [&](const auto& question) {
    try {
      question();
    } catch (const std::logic_error&) {
      ++refused;
    }
  };
  ask([&] { pool.apply(square, 2); });
  ask([&] { pool.map(square, first_numbers(2)); });
  ask([&] { pool.imap(square, first_numbers(2)); });
  ask([&] { pool.close(); });
  ask([&] { pool.terminate(); });
  ask([&] { pool.join(); });
  ask([&] { result.get(); });
  ask([&] { result.cancel(); });
  ask([&] { results.next(); });
  ask([&] { computed.next(); });
  return refused;
}

TYPED_TEST(PoolFaultsTest, InAForkedChildAPoolExplainsItselfAndIsDestroyedWithoutEffect) {
  Queue<int, TypeParam> gate(8);
  auto pool = std::make_unique<Pool<TypeParam>>(2);
  const auto wait = [&gate](int) { return gate.get(); };
  auto result = std::make_unique<AsyncResult<int, TypeParam>>(pool->apply_async(wait, 0));
  const std::vector<int> inputs{1};
  using Results = PoolResults<int, TypeParam>;
  auto results = std::make_unique<Results>(pool->imap(wait, inputs));
  auto computed = std::make_unique<Results>(pool->imap_unordered(wait, std::views::iota(0, 1)));
  const pid_t child = ::fork();
  if (child == 0) {
    const int refused = refused_in_child(*pool, *result, *results, *computed);
    results.reset();
    computed.reset();
    result.reset();
    pool.reset();
    ::_exit(refused);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 10);
  for (int i = 0; i < 3; ++i) gate.put(5);
  EXPECT_EQ(result->get(), 5);
  EXPECT_EQ(results->next(), 5);
  EXPECT_EQ(computed->next(), 5);
  EXPECT_EQ(pool->apply(square, 3), 9);
}

TYPED_TEST(PoolFaultsTest, APoolThatWasMovedFromSaysSo) {
  Pool<TypeParam> pool(1);
  Pool<TypeParam> other = std::move(pool);
  EXPECT_THROW(pool.apply(square, 2), std::logic_error);  // NOLINT: asked on purpose
  EXPECT_THROW(pool.imap(square, first_numbers(2)), std::logic_error);
  EXPECT_THROW(pool.close(), std::logic_error);
  EXPECT_THROW((void)pool.workers(), std::logic_error);
  EXPECT_EQ(other.apply(square, 2), 4);
}

// The worker is a thread that has the mutex under which workers take calls.
TEST_F(ProcessPoolFaultsTest, BesideAWorkerThatStandsStillCancelGivesUp) {
  PoolInPieces pool(1);
  const auto job = pool.post<int>(2, 1, [](int call) { return call; });
  std::promise<void> stands_still, goes_on;
  std::thread worker([&] {
    const detail::BiasedGuard guard(pool.share.state->taking, [] {});
    stands_still.set_value();
    goes_on.get_future().wait();
  });
  stands_still.get_future().wait();
  EXPECT_FALSE(pool.exchange.cancel(*job));
  EXPECT_FALSE(job->is_done());
  goes_on.set_value();
  worker.join();
  EXPECT_TRUE(pool.exchange.cancel(*job));
  EXPECT_THROW((void)job->at(0), Cancelled);
}

}  // namespace
}  // namespace gilfree::testing
