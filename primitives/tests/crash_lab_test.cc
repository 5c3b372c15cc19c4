// The crash lab walks what it is given from the first instruction to the last.
#include "primitives/tests/support/crash_lab.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "primitives/tests/support/crash_test.h"

namespace gilfree::testing {
namespace {

class CrashLabTest : public CrashTest {
 protected:
  enum Fact { kBegun, kInside, kDone, kFacts };

  void make() {
    for (int fact = 0; fact < kFacts; ++fact) facts_[fact] = 0;
  }
  std::string how_far() {
    if (facts_[kDone] != 0) return "done";
    if (facts_[kInside] != 0) return "inside";
    return facts_[kBegun] != 0 ? "begun" : "not begun";
  }
  // Dies at each instruction of operation(), and meets all four words in their order.
  void expect_whole_path(const std::function<void()>& operation, bool maps_memory) {
    const Findings found =
        expect_only({.fresh = [&] { make(); },
                     .operation = operation,
                     .maps_memory = maps_memory,
                     .survivor = [&] { return how_far(); }},
                    {{"not begun", 1}, {"begun", 1}, {"inside", 1}, {"done", 1}});
    if (found.points == 0) return;  // skipped: no single steps
    EXPECT_EQ(found.first, "not begun");
    EXPECT_EQ(found.last, "done");
    EXPECT_EQ(found.edges, 3);
  }
  // As glibc's fork() does from 2.41 on. A breakpoint kills a thread that has really blocked SIGTRAP.
  void block_all_signals_for_a_while() {
    sigset_t all, before;
    ::sigfillset(&all);
    facts_[kBegun] = 1;
    ::pthread_sigmask(SIG_BLOCK, &all, &before);
    facts_[kInside] = ::sigismember(&before, SIGUSR1) == 0 ? 1 : 0;
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    facts_[kDone] = 1;
  }

  Ledger<Processes> facts_{kFacts};
};

TEST_F(CrashLabTest, AWalkGoesOnWhereAllSignalsAreBlocked) {
  expect_whole_path([&] { block_all_signals_for_a_while(); }, false);
}

TEST_F(CrashLabTest, AWalkGoesOnWhereAllSignalsAreBlockedInAVictimWithMemoryOfItsOwn) {
  expect_whole_path([&] { block_all_signals_for_a_while(); }, true);
}

// The lab itself finds what a victim has changed by memcmp(): a breakpoint is gone by then, also where no victim came by.
TEST_F(CrashLabTest, APlaceWhereNoVictimComesByAgainIsMissedAndHarmsNobody) {
  static char here[4096], there[4096];
  int (*volatile compare)(const void*, const void*, std::size_t) = std::memcmp;
  Ledger<Processes> tries(1);
  const Findings found = kill_at_every_instruction({.fresh = [&] { ++tries[0]; },
                                                    .operation =
                                                        [&] {
                                                          const bool is_traced = tries[0] <= 2;
                                                          if (is_traced)
                                                            (void)compare(here, there, sizeof here);
                                                        },
                                                    .most_rounds = 2,
                                                    .survivor = [] { return "alive"; }});
  if (found.points == 0) GTEST_SKIP() << "no single steps here";
  EXPECT_GT(found.missed, 0);
  EXPECT_EQ(found.verdicts.size(), 1U) << found;  // alive
}

TEST_F(CrashLabTest, AWalkGoesOnBehindAForkAndDoesNotFollowTheChild) {
  expect_whole_path(
      [&] {
        facts_[kBegun] = 1;
        const pid_t child = ::fork();
        if (child == 0) ::_exit(0);
        facts_[kInside] = 1;
        ::waitpid(child, nullptr, 0);
        facts_[kDone] = 1;
      },
      true);
}

TEST_F(CrashLabTest, SignalsBlockedDuringAWalkStayPendingUntilTheyAreUnblocked) {
  const auto blocked_on_purpose = [&] {
    sigset_t all, before;
    ::sigfillset(&all);
    facts_[kBegun] = 1;
    ::pthread_sigmask(SIG_BLOCK, &all, &before);
    ::raise(SIGUSR1);  // would end it here if it were not blocked
    facts_[kInside] = 1;
    sigset_t pending;
    ::sigpending(&pending);
    facts_[kDone] = ::sigismember(&pending, SIGUSR1);
  };
  expect_whole_path(blocked_on_purpose, false);
}

}  // namespace
}  // namespace gilfree::testing
