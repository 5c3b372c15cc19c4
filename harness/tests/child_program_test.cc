#include "harness/base/child_program.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "harness/base/run_program.h"

namespace harness {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

std::string output(const std::vector<std::string>& command) { return output_of(command, 60s); }

std::function<void()> shell(const std::string& script) {
  return [script] { exec_on_path({"sh", "-c", script}); };
}

TEST(ChildProgramTest, OutputIsWhatAProgramWroteUnlessItFailed) {
  EXPECT_EQ(output({"echo", "a", "b c"}), "a b c\n");
  EXPECT_EQ(output({"sh", "-c", "echo a; exit 1"}), "");
  EXPECT_EQ(output({"sh", "-c", "echo a; kill -9 $$"}), "");
  EXPECT_EQ(output({"/nonexistent"}), "");
  EXPECT_EQ(output({"sh", "-c", "echo trouble >&2; cat"}), "");  // stdin is empty
}

TEST(ChildProgramTest, AllOfALongOutputIsTaken) {
  EXPECT_EQ(output({"head", "-c", "3000000", "/dev/zero"}).size(), 3'000'000u);
}

TEST(ChildProgramTest, AProgramThatDoesNotEndIsGivenUpWithWhatItStarted) {
  bool late = false;
  int lives[2];
  ASSERT_EQ(::pipe(lives), 0);  // both hold it open: it is at its end when both are gone
  EXPECT_EQ(output_of({"sh", "-c", "sleep 1000 & echo a; exec sleep 1000"}, 50ms, &late), "");
  EXPECT_TRUE(late);
  ::close(lives[1]);
  char byte;
  EXPECT_EQ(::read(lives[0], &byte, 1), 0);
  ::close(lives[0]);
  EXPECT_EQ(output_of({"true"}, 60s, &late), "");
  EXPECT_FALSE(late);
}

std::string watched_output(const std::string& script, std::chrono::nanoseconds patience = 60s) {
  const Finished finished =
      run_program({"sh", "-c", script}, patience, ChildProgram::Group::kWatched);
  return finished.succeeded() ? finished.output : "";
}

TEST(ChildProgramTest, AWatchedProgramEndsAsItWould) {
  EXPECT_EQ(watched_output("echo a"), "a\n");
  EXPECT_EQ(watched_output("echo a; exit 3"), "");
  EXPECT_EQ(watched_output("echo a; kill -9 $$"), "");
  EXPECT_EQ(run_program({"sh", "-c", "kill -9 $$"}, 60s, ChildProgram::Group::kWatched).failure(),
            "killed by signal 9");
  EXPECT_EQ(
      run_program({"sh", "-c", "kill -SEGV $$"}, 60s, ChildProgram::Group::kWatched).failure(),
      "killed by signal 11");
}

// Without `all`, one that has ended; with it, one that is given up.
TEST(ChildProgramTest, NothingOfAWatchedProgramOutlivesItWhateverItsGroup) {
  for (const std::string all : {"", "; exec sleep 1000"}) {
    int lives[2];
    ASSERT_EQ(::pipe(lives), 0);  // all hold it open: it is at its end when they are gone
    (void)watched_output("setsid sh -c 'sleep 1000 & exec sleep 1000' & sleep 0.1" + all,
                         all.empty() ? 60s : 300ms);
    ::close(lives[1]);
    char byte;
    EXPECT_EQ(::read(lives[0], &byte, 1), 0);
    ::close(lives[0]);
  }
}

TEST(ChildProgramTest, AProgramThatClosesItsOutputIsWaitedForAsleep) {
  Capture capture;
  ChildProgram child([&] {
    ::dup2(capture.writer(), STDOUT_FILENO);
    shell("echo a; exec >&-; sleep 0.3")();
  });
  rusage before{}, after{};
  ::getrusage(RUSAGE_SELF, &before);
  EXPECT_EQ(child.wait(Clock::now() + 60s, {&capture}), ChildProgram::End::kEnded);
  ::getrusage(RUSAGE_SELF, &after);
  EXPECT_EQ(capture.text(), "a\n");
  EXPECT_LT(after.ru_nvcsw - before.ru_nvcsw, 100) << "it looks again and again";
}

TEST(ChildProgramTest, OneThatHasEndedIsNotLateHoweverLongAgoTheDeadlineWas) {
  ChildProgram child(shell("exit 7"));
  EXPECT_EQ(child.wait(Clock::time_point::max()), ChildProgram::End::kEnded);
  EXPECT_EQ(child.wait(Clock::now() - 1h), ChildProgram::End::kEnded);
  const int status = child.reap();
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST(ChildProgramTest, AChildThatIsDestroyedIsKilledAndReaped) {
  { const ChildProgram child(shell("exec sleep 1000")); }
  EXPECT_EQ(::waitpid(-1, nullptr, 0), -1);
}

// SIGCHLD ignored, as some shells and supervisors leave it: the kernel would reap by itself.
TEST(ChildProgramTest, AnInheritedSettingOfSigchldChangesNothing) {
  ::signal(SIGCHLD, SIG_IGN);
  EXPECT_EQ(output({"sh", "-c", "echo a; exit 1"}), "");
  EXPECT_EQ(output({"echo", "a"}), "a\n");
  EXPECT_EQ(::signal(SIGCHLD, SIG_DFL), SIG_IGN);
}

TEST(ChildProgramTest, AProgramGetsTheSignalsThatItExpects) {
  ::signal(SIGPIPE, SIG_IGN);
  const std::string status = output({"cat", "/proc/self/status"});
  ::signal(SIGPIPE, SIG_DFL);
  EXPECT_NE(status.find("SigBlk:\t0000000000000000"), std::string::npos) << status;
  EXPECT_NE(status.find("SigIgn:\t0000000000000000"), std::string::npos) << status;
}

class LimitedDescriptors {
 public:
  explicit LimitedDescriptors(rlim_t most) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit limited{most, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &limited);
  }
  ~LimitedDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST(ChildProgramTest, WithoutADescriptorNothingIsStartedAndTheLimitIsNamed) {
  const LimitedDescriptors none(3);
  EXPECT_EQ(output({"echo", "a"}), "");
  try {
    Capture capture;
    ADD_FAILURE() << "it did not throw";
  } catch (const CannotStart& why) {
    EXPECT_STREQ(why.what(), "Too many open files; raise ulimit -n");
  }
}

}  // namespace
}  // namespace harness
