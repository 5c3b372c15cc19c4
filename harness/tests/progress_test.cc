#include "harness/run/progress.h"

#include <gtest/gtest.h>

#include <sstream>

namespace harness {
namespace {

using namespace std::chrono_literals;

TEST(ProgressTest, OnATerminalOneLineIsRewrittenAndErasedAtTheEnd) {
  std::ostringstream out;
  {
    Progress progress(out, Progress::Style::kOneLine);
    progress.show(3, 10s, 21s, "counting/who:steady");
    progress.show(4, 12s, 19s, "counting/who:rare");
  }
  EXPECT_EQ(out.str(),
            "\r\033[K3 launches, 21 s left  counting/who:steady"
            "\r\033[K4 launches, 19 s left  counting/who:rare"
            "\r\033[K");
}

TEST(ProgressTest, ALongNameDoesNotBreakTheLine) {
  std::ostringstream out;
  Progress(out, Progress::Style::kOneLine).show(1, 1s, 1s, std::string(5000, 'x'));
  EXPECT_LT(out.str().size(), 200u);
}

TEST(ProgressTest, ElsewhereEachTenthOfTheTimeIsALine) {
  std::ostringstream out;
  Progress progress(out, Progress::Style::kLines);
  for (int second = 0; second <= 100; ++second) {
    progress.show(static_cast<std::size_t>(2 * second), Seconds(second), Seconds(100 - second),
                  "x");
  }
  const std::string said = out.str();
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 9);
  EXPECT_EQ(said.substr(0, said.find('\n')), "bench-all: 20 launches done, 90 s left");
}

TEST(ProgressTest, TheEndIsALineThatStays) {
  std::ostringstream lines, terminal;
  Progress(lines, Progress::Style::kLines).end(254);
  EXPECT_EQ(lines.str(), "bench-all: 254 launches done\n");
  {
    Progress progress(terminal, Progress::Style::kOneLine);
    progress.show(253, 10s, 0s, "x");
    progress.end(254);
  }
  EXPECT_EQ(terminal.str(),
            "\r\033[K253 launches, 0 s left  x"
            "\r\033[Kbench-all: 254 launches done\n\r\033[K");
}

TEST(ProgressTest, ARunThatHadAllItsLaunchesIsSaidToMeasureNothing) {
  std::ostringstream lines, terminal;
  Progress(lines, Progress::Style::kLines).had_ended(30);
  Progress(terminal, Progress::Style::kOneLine).had_ended(1);
  EXPECT_EQ(lines.str(),
            "bench-all: the run was finished, with 30 launches; nothing was measured\n");
  EXPECT_EQ(
      terminal.str(),
      "\r\033[Kbench-all: the run was finished, with 1 launch; nothing was measured\n\r\033[K");
}

TEST(ProgressTest, QuietMeansNothing) {
  std::ostringstream out;
  { Progress(out, Progress::Style::kSilent).show(5, 5s, 1s, "x"); }
  Progress(out, Progress::Style::kSilent).had_ended(5);
  EXPECT_EQ(out.str(), "");
  EXPECT_EQ(progress_style("none"), Progress::Style::kSilent);
}

TEST(ProgressTest, WhatWentWrongIsSaidInALineOfItsOwnHoweverQuiet) {
  std::ostringstream quiet, terminal;
  Progress(quiet, Progress::Style::kSilent).went_wrong("trouble/kind:hang", "timeout", "no end");
  EXPECT_EQ(quiet.str(), "bench-all: trouble/kind:hang: timeout: no end\n");
  {
    Progress progress(terminal, Progress::Style::kOneLine);
    progress.show(3, 10s, 21s, "x");
    progress.went_wrong("trouble/kind:hang", "timeout", "no end");
  }
  EXPECT_EQ(terminal.str(),
            "\r\033[K3 launches, 21 s left  x"
            "\r\033[Kbench-all: trouble/kind:hang: timeout: no end\n\r\033[K");
}

TEST(ProgressTest, ADumbTerminalGetsLines) {
  ::setenv("TERM", "dumb", 1);
  EXPECT_EQ(progress_style("auto"), Progress::Style::kLines);
  EXPECT_EQ(progress_style("plain"), Progress::Style::kLines);
}

}  // namespace
}  // namespace harness
