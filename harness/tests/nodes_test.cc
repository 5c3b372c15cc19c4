// Which nodes a list names, and what the folder of a node says.
#include "harness/fleet/nodes.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>

#include "harness/base/errors.h"
#include "harness/fleet/program.h"
#include "harness/tests/support.h"

namespace harness {
namespace {

using Names = std::vector<std::string>;
using State = Measured::State;
namespace fs = std::filesystem;

TEST(NodesTest, AListHasNamesAndRangesInItsOrder) {
  EXPECT_EQ(node_names("login"), Names{"login"});
  EXPECT_EQ(node_names("n1,m-2.site"), (Names{"n1", "m-2.site"}));
  EXPECT_EQ(node_names("n[1-3,7],m"), (Names{"n1", "n2", "n3", "n7", "m"}));
  EXPECT_EQ(node_names("n[08-11]"), (Names{"n08", "n09", "n10", "n11"}));
}

TEST(NodesTest, ANodeThatIsNamedTwiceIsThereOnce) {
  EXPECT_EQ(node_names("n[1-2],n2,n1"), (Names{"n1", "n2"}));
}

TEST(NodesTest, WhatIsNoListIsRefused) {
  for (const char* list : {"", ",", "n[", "n[]", "n[3-1]", "n[1-2-3]", "n[a]", "n[1]x", "n1 n2",
                           "../n1", "-n", "n[0-9999999]", "n[0-200000]", "n]"}) {
    EXPECT_THROW(node_names(list), BadUsage) << list;
  }
}

// The folder of a node.
class MeasuredTest : public ::testing::Test {
 protected:
  // Adds a run that began so many seconds ago. Its run.json holds `facts`; empty: there is none.
  void add(const std::string& run, const std::string& facts, int seconds_ago = 0) {
    fs::create_directories(folder_.path() / run);
    std::ofstream(folder_.path() / run / "events.jsonl") << "{}\n";
    fs::last_write_time(folder_.path() / run / "events.jsonl",
                        fs::file_time_type::clock::now() - std::chrono::seconds(seconds_ago));
    if (!facts.empty()) std::ofstream(folder_.path() / run / "run.json") << facts;
  }
  Measured found() const { return measured_in(folder_.path()); }

  testing::TemporaryFolder folder_;
};

TEST_F(MeasuredTest, AFolderThatIsNotThereSaysThatNothingRan) {
  EXPECT_EQ(measured_in("/nowhere/at/all").state, State::kNothing);
}

TEST_F(MeasuredTest, ARunThatCameToItsEndIsDoneThoughCasesFailed) {
  for (const int code : {0, 3, 5, 6}) {
    add("1", "{\"exit_code\": " + std::to_string(code) + "}");
    EXPECT_EQ(found().state, State::kDone) << code;
    EXPECT_EQ(found().exit_code, code);
  }
}

TEST_F(MeasuredTest, ARunThatASignalEndedOrThatCouldNotWriteIsNotDone) {
  for (const int code : {143, 130, 7, 2}) {
    add("1", "{\"exit_code\": " + std::to_string(code) + "}");
    EXPECT_EQ(found().state, State::kBegun) << code;
  }
}

TEST_F(MeasuredTest, ARunThatIsNotOverOrDamagedIsNotDone) {
  for (const char* facts :
       {"", "{\"seed\": 1}", "{\"exit_code\": nu", "[]", "{\"exit_code\": \"0\"}"}) {
    add("1", facts);
    EXPECT_EQ(found().state, State::kBegun) << facts;
    EXPECT_EQ(found().exit_code, -1) << facts;
  }
}

TEST_F(MeasuredTest, OfSeveralAttemptsTheOneThatIsDoneCounts) {
  add("12-0", "", 30);
  add("13-0", "{\"exit_code\": 0}", 20);
  add("14-0", "{\"exit_code\": 143}", 10);
  EXPECT_EQ(found().state, State::kDone);
  EXPECT_EQ(found().run.filename(), "13-0");
  EXPECT_EQ(found().attempts, 3);
}

TEST_F(MeasuredTest, OfThoseThatAreNotDoneTheLastCounts) {
  add("1", "{\"exit_code\": 143}", 5);
  add("2", "", 50);
  EXPECT_EQ(found().run.filename(), "1");
}

TEST_F(MeasuredTest, FoldersThatAreNoRunsAreNoAttempts) {
  fs::create_directories(folder_.path() / "notes");
  std::ofstream(folder_.path() / "job.log") << "text";
  EXPECT_EQ(found().state, State::kNothing);
}

TEST(ShellWordsTest, WordsThatAShellWouldChangeAreQuoted) {
  EXPECT_EQ(shell_words({"run", "--bytes", "8,64"}), "run --bytes 8,64");
  EXPECT_EQ(shell_words({"a b", "", "it's", "$HOME"}), "'a b' '' 'it'\\''s' '$HOME'");
}

}  // namespace
}  // namespace harness
