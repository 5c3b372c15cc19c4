// The action of a Barrier: when it runs, what becomes of the barrier if it throws, dies or stands still, and
// of a party that is late behind it.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <thread>

#include "gilfree/barrier.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

// True if the wait has passed, false if it threw BrokenBarrier.
bool passes(const std::function<int()>& wait) {
  try {
    (void)wait();
    return true;
  } catch (const BrokenBarrier&) {
    return false;
  }
}

// An action that stays inside until it is let go.
template <Scope S>
class LongAction {
 public:
  void operator()() {
    for (const auto mine = ++notes_[kInside]; notes_[kLetGo] < mine;) std::this_thread::yield();
  }
  void await_inside(int times) {
    while (notes_[kInside] < times) std::this_thread::yield();
  }
  void let_go() { notes_[kLetGo]++; }

 private:
  enum Word { kInside, kLetGo, kWords };
  Ledger<S> notes_{kWords};
};

template <typename S>
class BarrierActionTest : public Watchdog {};
TYPED_TEST_SUITE(BarrierActionTest, BothScopes);

TYPED_TEST(BarrierActionTest, TheLastPartyRunsTheActionBeforeAnyIsLetGo) {
  Ledger<TypeParam> ran(1), too_early(1);
  Barrier<TypeParam> barrier(3, [&] { ran[0]++; });
  Crew<TypeParam> crew;
  crew.start(3, [&](int) {
    for (int round = 1; round <= 50; ++round) {
      barrier.wait();
      too_early[0] += ran[0] < round;
    }
  });
  crew.join();
  EXPECT_EQ(ran[0], 50);
  EXPECT_EQ(too_early[0], 0);
}

TYPED_TEST(BarrierActionTest, AnActionThatThrowsBreaksIt) {
  Barrier<TypeParam> barrier(2, [] { throw std::runtime_error("no"); });
  Ledger<TypeParam> broken(1), thrown(1);
  Crew<TypeParam> crew;
  crew.start(2, [&](int) {
    try {
      barrier.wait();
    } catch (const BrokenBarrier&) {
      broken[0]++;
    } catch (const std::runtime_error&) {
      thrown[0]++;
    }
  });
  crew.join();
  EXPECT_EQ(broken[0], 1);
  EXPECT_EQ(thrown[0], 1);
  EXPECT_TRUE(barrier.broken());
}

// The round is complete and passes. The late one would have come to the next round, which is broken.
TYPED_TEST(BarrierActionTest, OneThatIsLateBehindACompleteRoundBreaksTheNextRoundOnly) {
  LongAction<TypeParam> action;
  Barrier<TypeParam> barrier(2, [&] { action(); });
  const std::function<int()> late_waits[] = {
      [&] { return barrier.wait_for(0ms); }, [&] { return barrier.wait_for(20ms); },
      [&] { return barrier.wait_until(Clock::now() - 1s); },
      [&] { return barrier.wait_until(std::chrono::system_clock::now() + 20ms); }};
  int rounds = 0;
  for (const auto& late_wait : late_waits) {
    Ledger<TypeParam> passed(1);
    Crew<TypeParam> parties;
    parties.start(2, [&](int) { passed[0] += passes([&] { return barrier.wait(); }) ? 1 : 0; });
    action.await_inside(++rounds);
    EXPECT_FALSE(passes(late_wait));
    EXPECT_TRUE(barrier.broken());
    EXPECT_EQ(barrier.n_waiting(), 0);
    EXPECT_FALSE(passes(late_wait));
    action.let_go();
    parties.join();
    EXPECT_EQ(passed[0], 2);
    EXPECT_TRUE(barrier.broken());
    EXPECT_FALSE(passes([&] { return barrier.wait(); }));
    barrier.reset();
  }
}

TYPED_TEST(BarrierActionTest, OneWithoutTimeToWaitIsNotLateBecauseAnotherPartyIsInside) {
  const pid_t me = ::gettid();
  bool passed = false;
  for (int attempt = 0; attempt < 50 && !passed; ++attempt) {  // it waits a heartbeat at most
    Ledger<TypeParam> inside(1);
    Barrier<TypeParam> barrier(1, [&] {
      if (::gettid() == me) return;
      inside[0] = 1;
      await_sleep(me);
    });
    Crew<TypeParam> other;
    other.start(1, [&](int) { (void)passes([&] { return barrier.wait(); }); });
    while (inside[0] == 0) std::this_thread::yield();
    passed = passes([&] { return barrier.wait_for(0ms); });
    other.join();
  }
  EXPECT_TRUE(passed);
}

TEST(ProcessBarrierActionTest, OneThatIsLateWhenItsRoundIsOverBreaksTheBarrierAllTheSame) {
  end_after(300);
  constexpr auto kTimeout = 300ms;
  LongAction<Processes> action;
  Ledger<Processes> passed(1);
  Barrier<Processes> barrier(1, [&] { action(); });
  Crew<Processes> parties;
  const auto start_party = [&] {
    parties.start(1, [&](int) { passed[0] += passes([&] { return barrier.wait(); }) ? 1 : 0; });
  };
  start_party();
  action.await_inside(1);
  const pid_t late =
      fork_child([&] { ::_exit(passes([&] { return barrier.wait_for(kTimeout); }) ? 1 : 0); });
  await_sleep(late);
  ::kill(late, SIGSTOP);
  const auto deadline = Clock::now() + kTimeout;
  action.let_go();
  parties.join();
  start_party();
  action.await_inside(2);
  std::this_thread::sleep_until(deadline);
  ::kill(late, SIGCONT);
  int status = 0;
  ::waitpid(late, &status, 0);
  EXPECT_EQ(status, 0) << "passed";
  EXPECT_TRUE(barrier.broken());
  action.let_go();
  parties.join();
  EXPECT_EQ(passed[0], 2);
  EXPECT_TRUE(barrier.broken());
  ::alarm(0);
}

TEST(ProcessBarrierActionTest, APartyKilledInItBreaksTheBarrier) {
  end_after(300);
  Barrier<Processes> barrier(2, [] { ::raise(SIGKILL); });
  const pid_t first = fork_child([&] {
    try {
      barrier.wait();
    } catch (const BrokenBarrier&) {
      ::_exit(7);
    }
  });
  while (barrier.n_waiting() == 0) std::this_thread::yield();
  const pid_t last = fork_child([&] { barrier.wait(); });
  int status = 0;
  ::waitpid(first, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 7);
  ::waitpid(last, nullptr, 0);
  EXPECT_THROW(barrier.wait(), BrokenBarrier);
  ::alarm(0);
}

TEST(ProcessBarrierActionTest, BehindAPartyThatStandsStillInItNoneWaitsBeyondItsTimeout) {
  end_after(300);
  Barrier<Processes> barrier(1, [] { ::raise(SIGSTOP); });
  const pid_t stopped = fork_child([&] { barrier.wait(); });
  int status = 0;
  ::waitpid(stopped, &status, WUNTRACED);
  EXPECT_THROW(barrier.wait_for(20ms), BrokenBarrier);
  EXPECT_TRUE(barrier.broken());
  barrier.abort();
  ::kill(stopped, SIGKILL);
  ::waitpid(stopped, nullptr, 0);
  ::alarm(0);
}

}  // namespace
}  // namespace gilfree::testing
