// The launcher starts this very program again with "__launch": main is below.
#include "harness/run/launcher.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "harness/base/interruption.h"
#include "harness/base/json.h"
#include "harness/run/launch.h"
#include "harness/tests/fixtures.h"

namespace harness::testing {
namespace {

using namespace std::chrono_literals;

class LauncherTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { adopt_orphans(); }
  void TearDown() override { EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child was left"; }

  static Json order(const std::string& scenario, const Json& point) {
    return {{"scenario", scenario},   {"point", point},          {"seed", 1},   {"interpreter", ""},
            {"warmup_ns", 1'000'000}, {"window_ns", 20'000'000}, {"windows", 2}};
  }
  static std::vector<Json> count() {
    return run_launch(order("counting", {{"who", "steady"}, {"size", 8}, {"place", "here"}}), 20s);
  }
  // The one row that a launch in trouble gives.
  static Json row_of(const std::string& trouble, std::chrono::nanoseconds timeout = 20s) {
    const auto lines = run_launch(order("trouble", {{"kind", trouble}}), timeout);
    EXPECT_EQ(lines.size(), 1u);
    return lines.at(0).at("row");
  }
  static void expect_row(const std::string& trouble, const std::string& status,
                         const std::string& error) {
    const Json row = row_of(trouble);
    EXPECT_EQ(row["status"], status);
    EXPECT_EQ(row["error"], error);
  }
};

TEST_F(LauncherTest, ALaunchGivesARowForEachWindow) {
  const auto lines = count();
  ASSERT_EQ(lines.size(), 2u);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Json& row = lines[i]["row"];
    EXPECT_EQ(row["status"], "ok");
    EXPECT_EQ(row["repetition"], i + 1);
    EXPECT_EQ(row["verified"], 1);
    EXPECT_GT(row["ops"], 0);
    EXPECT_GT(row["timer_cost_ns"], 0);
    EXPECT_GT(lines[i]["latency"].size(), 0u);
  }
}

TEST_F(LauncherTest, TheExampleOfTheScenarioHeaderMeasures) {
  const auto lines = run_launch(order("shared_counter", {{"threads", 2}}), 20s);
  ASSERT_EQ(lines.size(), 2u);
  for (const Json& line : lines) {
    EXPECT_EQ(line["row"]["status"], "ok") << line;
    EXPECT_GT(line["row"]["ops"], 0);
    EXPECT_TRUE(line["row"].contains("fair_jain")) << "two parties have a share each";
  }
}

TEST_F(LauncherTest, ACrashIsARowThatNamesTheSignal) {
  expect_row("crash", "failed", "killed by signal 6 (Aborted)");
}

TEST_F(LauncherTest, AHangIsARowWhenTheTimeIsUpAndItsProcessIsGone) {
  const auto begun = std::chrono::steady_clock::now();
  const Json row = row_of("hang", 1s);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 1s);
  EXPECT_EQ(row["status"], "timeout");
  EXPECT_TRUE(row["error"].get<std::string>().starts_with("still running after 1 s"));
}

// As one that gets no CPU: it could not run.
TEST_F(LauncherTest, ALaunchThatCouldNotRunIsStarvedAndOneThatSleptIsNot) {
  const auto late = [](const char* trouble) {
    return run_launch(order("trouble", {{"kind", trouble}}), 4s + 41ms).at(0);
  };
  const Json stopped = late("stopped"), hung = late("hang");
  EXPECT_EQ(stopped["starved"], true);
  EXPECT_EQ(hung["starved"], false);
  EXPECT_EQ(stopped["row"]["error"],
            "still running after 4 s; starved: its threads could run for 0.0 s of the last 2.0 s");
}

TEST_F(LauncherTest, AHangSaysWhatTheLaunchWasAt) {
  const std::string error = row_of("stuck", 1s)["error"];
  EXPECT_TRUE(error.starts_with("still running after 1 s: it waits for the cat")) << error;
}

TEST_F(LauncherTest, AStageIsNoRow) {
  const auto lines = run_launch(order("trouble", {{"kind", "stages"}}), 20s);
  ASSERT_EQ(lines.size(), 2u);
  for (const Json& line : lines) EXPECT_EQ(line["row"]["status"], "ok") << line;
}

TEST_F(LauncherTest, AHangSaysWhatItsThreadsWereDoing) {
  const auto lines = run_launch(order("trouble", {{"kind", "hang"}}), 1s);
  const Json& threads = lines.at(0).at("threads");
  ASSERT_EQ(threads.size(), 1u) << threads;
  EXPECT_EQ(threads[0]["state"], "S");
  EXPECT_EQ(threads[0]["pid"], threads[0]["tid"]);
  EXPECT_TRUE(threads[0].contains("comm"));
}

TEST_F(LauncherTest, AnEndWithoutARowIsARow) {
  expect_row("exit", "failed",
             "ended with exit code 0 and no row; something that it measured called exit()");
  expect_row("exit_7", "failed",
             "ended with exit code 7 and no row; something that it measured called exit()");
  expect_row("nothing", "failed", "the scenario measured nothing");
}

TEST_F(LauncherTest, JunkInPlaceOfARowIsARow) {
  expect_row("junk", "failed", "wrote a malformed result row");
}

TEST_F(LauncherTest, AnExceptionsWordsAreTheRowsError) {
  expect_row("throw", "failed", "the cat ate it");
}

TEST_F(LauncherTest, AFailedRowSaysWhatTheLaunchWroteLastToStandardError) {
  expect_row("complain", "failed",
             "the cat ate it; it last wrote to standard error: a mouse is missing");
}

TEST_F(LauncherTest, WhatStandardErrorHasOfTheRowsErrorIsNotSaidTwice) {
  expect_row("repeat", "failed", "the cat ate it");
}

TEST_F(LauncherTest, WhatIsSkippedHasItsReason) {
  expect_row("skip", "skipped", "not on a Sunday, \"they\" say");
}

TEST_F(LauncherTest, ItsLastWordsExplainALaunchThatGaveNoRow) {
  expect_row("latin_1", "failed", "ended with exit code 1 and no row: caf\xe9");
}

TEST_F(LauncherTest, OneThatComplainsWithoutEndIsStoppedByTheTimeoutAsWell) {
  const Json row = row_of("flood", 1s);
  EXPECT_EQ(row["status"], "timeout");
  const std::string error = row["error"];  // on a busy machine it was starved
  EXPECT_TRUE(error.starts_with("still running after 1 s")) << error;
  EXPECT_TRUE(error.ends_with(": trouble without end, and no end of trouble")) << error;
}

TEST_F(LauncherTest, AnOrphanOfALaunchIsKilledAndReaped) {
  const std::string error = row_of("orphan")["error"];
  const auto at = error.find("orphan ");
  ASSERT_NE(at, std::string::npos) << error;
  const pid_t orphan = std::stoi(error.substr(at + 7));
  // It was killed with its group; the kernel may hand it to us a moment later.
  while (::waitpid(orphan, nullptr, 0) < 0 && errno == EINTR) continue;
  EXPECT_EQ(::kill(orphan, 0), -1);
}

TEST_F(LauncherTest, AnInterruptionEndsTheLaunchAndGivesNoRow) {
  end_on_signals();
  {
    const FinishFirst finish;
    ::kill(::getpid(), SIGINT);
    EXPECT_TRUE(run_launch(order("trouble", {{"kind", "hang"}}), 60s).empty());
    EXPECT_EQ(interrupted(), SIGINT);
  }
  const FinishFirst next;
  EXPECT_EQ(interrupted(), 0);
  ::signal(SIGINT, SIG_DFL);
}

}  // namespace
}  // namespace harness::testing

int main(int argc, char** argv) {
  if (argc == 3 && std::string(argv[1]) == "__launch") {
    return harness::launch({&harness::testing::counting, &harness::testing::shared_counter,
                            &harness::testing::trouble},
                           argv[2]);
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
