// What a signal does while this program finishes what it is at.
#include "harness/base/interruption.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace harness {
namespace {

// Returns how a child that does this ends.
template <typename Action>
int status_of(Action action) {
  const pid_t child = ::fork();
  if (child == 0) {
    end_on_signals();
    action();
    ::_exit(0);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

constexpr int kOfTheSignal = 128 + SIGTERM, kNoted = 3;

TEST(InterruptionTest, ASignalEndsTheProgramAtOnceExceptWhileItFinishes) {
  const int at_once = status_of([] { ::raise(SIGTERM); });
  EXPECT_EQ(WEXITSTATUS(at_once), kOfTheSignal);
  const int noted = status_of([] {
    const FinishFirst finish;
    ::raise(SIGTERM);
    if (interrupted() == SIGTERM) ::_exit(kNoted);
  });
  EXPECT_EQ(WEXITSTATUS(noted), kNoted);
}

// A trial of `aa` is a comparison, which finishes first; so does `aa`, which then writes what there is.
TEST(InterruptionTest, OneThatEndsWithinAnotherLeavesTheOuterOneAsItWas) {
  const int after = status_of([] {
    const FinishFirst whole;
    { const FinishFirst part; }
    ::raise(SIGTERM);
    if (interrupted() == SIGTERM) ::_exit(kNoted);
  });
  EXPECT_EQ(WEXITSTATUS(after), kNoted);
  const int before = status_of([] {
    const FinishFirst whole;
    ::raise(SIGTERM);
    const FinishFirst part;
    if (interrupted() == SIGTERM) ::_exit(kNoted);
  });
  EXPECT_EQ(WEXITSTATUS(before), kNoted);
  const int outside = status_of([] {
    { const FinishFirst whole, part; }
    ::raise(SIGTERM);
  });
  EXPECT_EQ(WEXITSTATUS(outside), kOfTheSignal);
}

}  // namespace
}  // namespace harness
