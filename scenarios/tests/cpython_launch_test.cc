// Programs of CPython: what they announce, note and die of becomes of the launch.
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "scenarios/support/cpython.h"
#include "scenarios/tests/support.h"

namespace scenarios::testing {
namespace {

using std::string;

// A project of its own whose programs are shell scripts: the interpreter is /bin/sh.
class RunCPythonTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(programs());
    ::setenv("GILFREE_SOURCE_DIR", folder_.path().c_str(), 1);
  }
  void TearDown() override { ::unsetenv("GILFREE_SOURCE_DIR"); }

  // Runs `script`; it counts nothing, so that a launch that measures waits for its end.
  void run(const string& script, const std::vector<string>& arguments = {}) {
    std::ofstream(programs() / "program") << script;
    run_cpython(launch_.run(), "program", arguments);
  }
  string error_of(const string& script) {
    return message_of<std::runtime_error>([&] { run(script); });
  }
  TestLaunch& launch() { return launch_; }

 private:
  std::filesystem::path programs() const {
    return folder_.path() / "scenarios" / "contenders" / "cpython";
  }
  harness::testing::TemporaryFolder folder_;
  TestLaunch launch_{{}, "/bin/sh"};
};

TEST_F(RunCPythonTest, WhatItNotesAtItsEndIsWrittenToTheRow) {
  run("printf r; printf 'max_inside 2\\nwait block\\nprimitive a lock\\n'");
  EXPECT_EQ(launch().facts()["max_inside"], "2");
  EXPECT_EQ(launch().facts()["wait"], "block");
  EXPECT_EQ(launch().facts()["primitive"], "a lock");
}

TEST_F(RunCPythonTest, ItGetsTheDescriptorAndItsArguments) {
  run("printf r; echo \"primitive $2,$3\"; test -e /proc/self/fd/$1 && echo 'scope process'",
      {"one", "two words"});
  EXPECT_EQ(launch().facts()["primitive"], "one,two words");
  EXPECT_EQ(launch().facts()["scope"], "process");
}

TEST_F(RunCPythonTest, AnErrorThatItNotesFailsTheLaunch) {
  EXPECT_EQ(error_of("printf r; echo error out of pigeons"), "CPython: out of pigeons");
}

TEST_F(RunCPythonTest, ItCanSkipBeforeItBegins) {
  EXPECT_EQ(message_of<harness::Skipped>([&] { run("echo skipped no Barrier in this version"); }),
            "CPython: no Barrier in this version");
}

TEST_F(RunCPythonTest, OneThatEndsBeforeItBeginsFailsTheLaunch) {
  EXPECT_EQ(error_of("exit 0"),
            "the CPython program ended before it wrote the byte r, which opens the windows "
            "(harness/docs/contender-program.md)");
}

TEST_F(RunCPythonTest, OneThatFailsIsReported) {
  EXPECT_EQ(error_of("exit 3"), "the CPython program ended with exit code 3");
}

TEST_F(RunCPythonTest, OneThatIsKilledIsReportedWithTheSignal) {
  EXPECT_EQ(error_of("kill -9 $$"), "the CPython program was killed by signal 9 (Killed)");
}

TEST_F(RunCPythonTest, OneThatIsKilledWhileItIsMeasuredIsReported) {
  EXPECT_EQ(error_of("printf r; kill -9 $$"),
            "the CPython program was killed by signal 9 (Killed)");
}

TEST(InterpreterTest, WithoutOneItIsSkippedWithTheRemedy) {
  TestLaunch launch({});
  EXPECT_EQ(message_of<harness::Skipped>([&] { run_cpython(launch.run(), "program", {}); }),
            "no python3 on PATH runs; install one or name one with --python");
}

TEST(InterpreterTest, OneThatCannotBeStartedIsNamed) {
  TestLaunch launch({}, "/no/such/python");
  EXPECT_EQ(message_of<std::runtime_error>([&] { run_cpython(launch.run(), "program", {}); }),
            "CPython program: cannot run /no/such/python: No such file or directory");
}

TEST(InterpreterTest, TheAxisFitsWhereAnInterpreterIsNeeded) {
  const auto fits = [](const string& contender, const string& python) {
    return interpreter_fits(harness::Point({{"contender", contender}, {"python", python}}));
  };
  EXPECT_TRUE(fits("cpython_queue", "3.11.2"));
  EXPECT_FALSE(fits("cpython_queue", "none"));
  EXPECT_TRUE(fits("queue", "none"));
  EXPECT_FALSE(fits("queue", "3.11.2"));
}

}  // namespace
}  // namespace scenarios::testing
