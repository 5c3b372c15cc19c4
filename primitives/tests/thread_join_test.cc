// join() where it meets something: the thread destroys its own object, its thread_local destructors are slow,
// others join too, it is being started, or cannot be.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <functional>
#include <latch>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "gilfree/detail/process/thread_registry.h"
#include "gilfree/thread.h"
#include "gilfree/timer.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/sanitizers.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

// What a thread does in place of its next pthread_create, whose error it returns: 0 to go on.
thread_local std::function<int()> instead_of_create;

}  // namespace
}  // namespace gilfree::testing

// With a sanitizer, which has such a function itself, the tests that need this one are skipped.
#if !defined(GILFREE_ADDRESS_SANITIZER) && !defined(GILFREE_THREAD_SANITIZER)
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*begin)(void*), void* argument) {
  static const auto create =
      reinterpret_cast<decltype(&pthread_create)>(::dlsym(RTLD_NEXT, "pthread_create"));
  if (const auto before = std::exchange(gilfree::testing::instead_of_create, nullptr)) {
    if (const int error = before()) return error;
  }
  return create(thread, attributes, begin, argument);
}
#endif

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

class ThreadJoinTest : public Watchdog {};

// One that joins, and is asleep in it when it has been made.
class Joiner {
 public:
  explicit Joiner(std::function<void()> join)
      : thread_([this, join = std::move(join)] {
          watch_.will_sleep(0);
          join();
        }) {
    watch_.await(0);
  }
  ~Joiner() { thread_.join(); }
  void cancel() { ::pthread_cancel(thread_.native_handle()); }

 private:
  SleepWatch<Threads> watch_{1};
  std::thread thread_;
};

// As the last thing that its thread does: says that it is there, and waits.
struct SlowEnd {
  ~SlowEnd() {
    if (reached == nullptr) return;
    reached->count_down();
    go_on->wait();
  }
  std::latch* reached = nullptr;
  std::latch* go_on = nullptr;
};
thread_local SlowEnd slow_end;

TEST_F(ThreadJoinTest, ATimerMayDestroyItselfWhileOthersJoinIt) {
  std::latch joined(1);
  Timer* timer = nullptr;
  timer = new Timer(0ms, [&] {
    joined.wait();
    delete timer;
  });
  timer->start();
  const ThreadHandle handle = *timer;
  {
    const Joiner first([=] { handle.join(); }), second([=] { handle.join(); });
    const Joiner timed([=] { EXPECT_TRUE(handle.join_for(1h)); });
    joined.count_down();
  }
  EXPECT_FALSE(handle.is_alive());
  EXPECT_TRUE(handle.join_for(0ms));
}

// The only handle to it is destroyed while its join() waits.
TEST_F(ThreadJoinTest, ATimerMayDestroyItselfWhileItsOwnJoinWaits) {
  if (kIsThreadSanitizer) GTEST_SKIP() << "it does not see that join() has read the pointer";
  for (const bool timed : {false, true}) {
    std::latch joined(1);
    Timer* timer = nullptr;
    timer = new Timer(0ms, [&] {
      joined.wait();
      delete timer;
    });
    timer->start();
    const Joiner joiner([=] { timed ? (void)timer->join_for(1h) : timer->join(); });
    joined.count_down();
  }
}

TEST_F(ThreadJoinTest, ATimedJoinIsInTimeWhereAThreadLocalDestructorIsSlow) {
  std::latch reached(1), go_on(1);
  Thread worker([&] {
    slow_end.reached = &reached;
    slow_end.go_on = &go_on;
  });
  worker.start();
  reached.wait();
  EXPECT_FALSE(worker.is_alive()) << "its target has returned";
  EXPECT_FALSE(worker.join_for(1ms));
  {
    const Joiner untimed([&] { worker.join(); }), timed([&] { EXPECT_TRUE(worker.join_for(1h)); });
    EXPECT_FALSE(worker.join_for(1ms)) << "beside another that waits";
    EXPECT_FALSE(worker.join_for(0ms));
    go_on.count_down();
  }
  EXPECT_TRUE(worker.join_for(0ms));
}

TEST_F(ThreadJoinTest, OneThatGivesUpLeavesTheJoiningToTheOthers) {
  std::latch end(1), gave_up(2);
  Thread worker([&] { end.wait(); });
  worker.start();
  {
    const Joiner first([&] {
      EXPECT_FALSE(worker.join_for(20ms));
      gave_up.count_down();
    });
    const Joiner untimed([&] { worker.join(); }), other([&] { worker.join(); });
    const Joiner timed([&] {
      EXPECT_FALSE(worker.join_for(20ms));
      gave_up.count_down();
    });
    gave_up.wait();
    end.count_down();
  }
  EXPECT_FALSE(worker.is_alive());
}

TEST_F(ThreadJoinTest, OneThatIsCancelledLeavesTheJoiningToTheOthers) {
  if (kIsThreadSanitizer) GTEST_SKIP() << "it does not allow that a join is cancelled";
  std::latch end(1);
  Thread worker([&] { end.wait(); });
  worker.start();
  {
    auto cancelled = std::make_unique<Joiner>([&] { worker.join(); });
    const Joiner other([&] { worker.join(); });
    cancelled->cancel();
    cancelled.reset();
    end.count_down();
  }
  EXPECT_TRUE(worker.join_for(0ms));
}

bool is_detached(pthread_t thread) {
  pthread_attr_t attributes;
  int state = 0;
  EXPECT_EQ(::pthread_getattr_np(thread, &attributes), 0);
  ::pthread_attr_getdetachstate(&attributes, &state);
  ::pthread_attr_destroy(&attributes);
  return state == PTHREAD_CREATE_DETACHED;
}

// What nothing joins any more is detached, also where a join that was under way gives up.
TEST_F(ThreadJoinTest, ADaemonThatIsLetGoOfBesideAJoinIsDetachedWhenThatGivesUp) {
  if (kIsThreadSanitizer) GTEST_SKIP() << "it does not allow that a join is cancelled";
  std::latch end(1);
  auto daemon = std::make_unique<Thread>([&] { end.wait(); }, ThreadOptions{.daemon = true});
  daemon->start();
  const ThreadHandle handle = *daemon;
  {
    Joiner cancelled([=] { handle.join(); });
    daemon.reset();
    EXPECT_FALSE(is_detached(handle.ident())) << "while it is joined";
    cancelled.cancel();
  }
  EXPECT_TRUE(is_detached(handle.ident()));
  const Joiner other([&] { handle.join(); });
  end.count_down();
}

thread_local std::unique_ptr<Thread>
    mine;  // not of a block: only a thread that passes it there destroys it

TEST_F(ThreadJoinTest, AThreadLocalDestructorMayDestroyItsThreadWhileAnotherJoinsIt) {
  std::latch owned(1);
  Thread* worker = nullptr;
  worker = new Thread([&] {
    owned.wait();
    mine.reset(worker);
  });
  worker->start();
  const ThreadHandle handle = *worker;
  const Joiner joiner([=] { handle.join(); });
  owned.count_down();
}

// The C library refuses to join one that joins the caller: the caller may give up, and so end the circle.
TEST_F(ThreadJoinTest, OfTwoThatWaitForEachOtherOneMayGiveUp) {
  std::latch started(1);
  ThreadHandle* first = nullptr;
  Thread second([&] {
    started.wait();
    while (first->state() != Thread::State::Blocked) std::this_thread::yield();
    EXPECT_FALSE(first->join_for(1ms));
  });
  Thread joins([&] { second.join(); });
  first = &joins;
  second.start();
  joins.start();
  started.count_down();
  joins.join();
  EXPECT_FALSE(second.is_alive());
}

// Starts a thread, and is held on the way there until released: by what pthread_create then returns.
class HeldStart {
 public:
  HeldStart(Thread& thread, int error)
      : starter_([this, &thread, error] {
          instead_of_create = [this, error] {
            begun_.count_down();
            go_on_.wait();
            return error;
          };
          if (error == 0) return thread.start();
          EXPECT_THROW(thread.start(), std::system_error);
        }) {
    begun_.wait();
  }
  void release() {
    go_on_.count_down();
    starter_.join();
  }

 private:
  std::latch begun_{1}, go_on_{1};
  std::thread starter_;
};

// As in Python, a thread that is being started has not started.
TEST_F(ThreadJoinTest, OneThatIsBeingStartedCannotBeJoinedYet) {
  if (kHasShadowMemory) GTEST_SKIP() << "pthread_create is the sanitizer's";
  Thread worker([] {});
  HeldStart start(worker, 0);
  EXPECT_THROW(worker.join(), std::logic_error);
  EXPECT_THROW(worker.join_for(0ms), std::logic_error);
  EXPECT_THROW(worker.start(), std::logic_error) << "twice";
  EXPECT_FALSE(worker.is_alive());
  EXPECT_EQ(worker.state(), Thread::State::New);
  EXPECT_EQ(worker.native_id(), 0);
  start.release();
  EXPECT_TRUE(worker.join_for(1h));
}

TEST_F(ThreadJoinTest, AStartThatFailsIsNotWaitedForAndMayBeRepeated) {
  if (kHasShadowMemory) GTEST_SKIP() << "pthread_create is the sanitizer's";
  bool ran = false;
  Thread worker([&] { ran = true; });
  HeldStart start(worker, EAGAIN);
  {
    const Joiner at_exit([] { detail::ThreadRegistry::here().await_all(); });
    start.release();
  }
  EXPECT_EQ(active_count(), 1u);
  EXPECT_THROW(worker.join(), std::logic_error);
  worker.start();
  worker.join();
  EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace gilfree::testing
