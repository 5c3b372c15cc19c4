// A process or thread that may not call membarrier(2) at a mutex or an event count of others, in either
// role: nothing is lost, no two are inside at a time (docs/adr/0013-refused-fences.md).
//
// GILFREE_REFUSED_FENCE_ROUNDS=10000 makes 10^7 of it in each test.
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/lock/biased_mutex.h"
#include "gilfree/detail/memory/state_memory.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/detail/wait/spin_policy.h"
#include "gilfree/named.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

// What the one that comes now and then adds in a round, or wake-ups.
constexpr int kInARound = 1'000;

int rounds() {
  const char* asked = std::getenv("GILFREE_REFUSED_FENCE_ROUNDS");
  return asked != nullptr ? std::atoi(asked) : 20;
}

// For the calling thread, and what it forks from now on.
bool refuse_membarrier() {
  std::array program = {sock_filter(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))),
                        sock_filter(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1)),
                        sock_filter(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)),
                        sock_filter(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW))};
  const sock_fprog whole{program.size(), program.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &whole) == 0 &&
         ::syscall(SYS_membarrier, 0, 0, 0) != 0;
}

// Lines that both workers write: a store that stands behind them stays in the CPU's store buffer for
// some hundred nanoseconds, which is when a missing barrier does harm.
struct FoughtOver {
  struct alignas(detail::kCacheLine) Line {
    std::atomic<int> word{0};
  };
  Line lines[32];

  void write() {
    for (auto& line : lines) line.word.store(1, std::memory_order_relaxed);
  }
};

// Two workers: one comes all the time, the other now and then.
enum Worker { kOften, kSeldom };

template <typename S>
class RefusedFenceTest : public Watchdog {
 protected:
  struct State {
    detail::BiasedMutex<S> mutex;
    std::int64_t sum = 0;  // guarded by mutex
    FoughtOver fought_over;
    detail::EventCount<S> changed[2];
    std::atomic<bool> is_over{false};
    std::atomic<std::int64_t> done[2] = {};  // what each has added
    std::atomic<std::int64_t> turn{0};
    std::atomic<int> refused{0};
  };
  using Home = detail::StateMemory<State, S>;

  void SetUp() override { ::alarm(static_cast<unsigned>(60 + rounds())); }

  static void add_one(State& state, Worker me) {
    if (me == kOften)
      state.fought_over.write();  // the store that says "inside" stands behind these
    const detail::BiasedGuard guard(state.mutex, [] {});
    const auto before = *const_cast<volatile std::int64_t*>(&state.sum);
    if (me == kSeldom && state.done[me] == 0) {  // stays for some time
      for (int i = 0; i < 50; ++i) detail::relax();
    }
    state.sum = before + 1;
    auto& mine = state.done[me];
    mine.store(mine.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }
  static void add_many(State& state, Worker me) {
    if (me == kSeldom) {
      while (state.done[kOften].load() < 200) state.fought_over.write();  // enough for a bias
      for (int i = 0; i < kInARound; ++i) add_one(state, me);
      state.is_over = true;
    } else {
      while (!state.is_over) add_one(state, me);
    }
  }

  // What both have added in all rounds, less what is there. Each round has an object of its own, since
  // a mutex is not biased again once a fence was refused there.
  template <typename MakeHome>
  static std::int64_t lost(Worker weak, MakeHome make_home) {
    std::int64_t lost = 0;
    for (int round = 0; round < rounds(); ++round) {
      Home home = make_home();
      Crew<S> crew;
      crew.start(2, [&](int me) {
        if (me == weak && refuse_membarrier()) home->refused = 1;
        add_many(*home, me == kOften ? kOften : kSeldom);
      });
      crew.join();
      EXPECT_EQ(home->refused, 1) << "no seccomp filter";
      lost += home->done[kOften] + home->done[kSeldom] - home->sum;
    }
    return lost;
  }
  static Home private_home() { return Home(0); }

  // Each waits until it is its turn. Now and then one is so late that the other is about to sleep.
  static void take_turns(State& state, int me) {
    const int turns = rounds() * kInARound;
    for (int turn = me; turn < turns; turn += 2) {
      (void)state.changed[me].wait(kNever, detail::kNoCpu, [&] {
        state.fought_over.write();
        return state.turn == turn;
      });
      if (turn % 16 < 2) {
        const auto late =
            Clock::now() + detail::kSpinTime + std::chrono::nanoseconds(turn * 7 % 9000);
        while (Clock::now() < late) detail::relax();
      }
      state.fought_over.write();
      state.turn.store(turn + 1, std::memory_order_release);
      state.changed[1 - me].notify_one();
    }
  }
};
TYPED_TEST_SUITE(RefusedFenceTest, BothScopes);

TYPED_TEST(RefusedFenceTest, OneThatRevokesABiasWithoutAFenceIsInsideAlone) {
  EXPECT_EQ(this->lost(kSeldom, this->private_home), 0);
}

TYPED_TEST(RefusedFenceTest, OneThatHasABiasAndMayNotFenceIsInsideAlone) {
  EXPECT_EQ(this->lost(kOften, this->private_home), 0);
}

TYPED_TEST(RefusedFenceTest, NoWakeUpIsLostWhicheverMayNotFence) {
  for (const int weak : {0, 1}) {
    typename TestFixture::Home home(0);
    Crew<TypeParam> crew;
    crew.start(2, [&](int me) {
      if (me == weak && refuse_membarrier()) home->refused = 1;
      this->take_turns(*home, me);
    });
    crew.join();
    EXPECT_EQ(home->refused, 1);
    EXPECT_EQ(home->turn, rounds() * kInARound);
  }
}

using NamedRefusedFenceTest = RefusedFenceTest<Processes>;

TEST_F(NamedRefusedFenceTest, AtANamedObjectNoneNeedsAFence) {
  const std::string name = "gilfree-test-fence-" + std::to_string(::getpid());
  const auto named_home = [&] {
    Home home(create_only, name, 0);
    gilfree::remove(name);
    return home;
  };
  for (const Worker weak : {kOften, kSeldom}) EXPECT_EQ(lost(weak, named_home), 0);
}

}  // namespace
}  // namespace gilfree::testing
