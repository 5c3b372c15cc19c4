// What a run writes of itself when it begins, and in each row beside what was measured.
#include "harness/run/facts.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "harness/base/json.h"
#include "harness/tests/fixtures.h"

namespace harness::testing {
namespace {

class FactsTest : public ::testing::Test {
 protected:
  std::vector<Case> cases = select({&counting}, {});
  RunSettings settings;

  Json opening() const {
    return opening_of({"0123", {"bench-all", "counting"}, "2026-11-29T01:10:44Z"}, settings, cases,
                      {{"3.11.7", "/opt/python3"}});
  }
  Json completed(Json row) const {
    complete(row, {&cases.front(), 3}, {.run_id = "0123", .seed = 7, .order_index = 12});
    return row;
  }
};

TEST_F(FactsTest, TheOpeningSaysWhatIsMeasuredByWhichCommandAndWhere) {
  const Json facts = opening();
  EXPECT_EQ(facts.at("event"), "run");
  EXPECT_EQ(facts.at("run_id"), "0123");
  EXPECT_EQ(facts.at("command"), Json({"bench-all", "counting"}));
  EXPECT_EQ(facts.at("started_utc"), "2026-11-29T01:10:44Z");
  EXPECT_EQ(facts.at("interpreters").at("3.11.7"), "/opt/python3");
  EXPECT_EQ(facts.at("questions").at("counting"), std::string(counting.question));
  EXPECT_TRUE(facts.contains("host"));
  EXPECT_TRUE(facts.contains("build"));
}

TEST_F(FactsTest, TheOpeningSaysWhereTheCommandsRelativePathsBegin) {
  EXPECT_EQ(opening().at("folder"), std::filesystem::current_path().string());
}

TEST_F(FactsTest, ALabelIsOneLineOfText) {
  Scenario loud = counting;
  loud.contenders = {{"steady", "two\nlines", "a\x1b[31mb"}};
  cases = select({&loud}, {});
  const Json said = opening().at("contenders").at("steady");
  EXPECT_EQ(said, Json({{"label", "two?lines"}, {"family", "a?[31mb"}}));
}

TEST_F(FactsTest, ABudgetAndAnInjectedDelayAreThereOnlyIfTheyWereAskedFor) {
  EXPECT_FALSE(opening().contains("budget_s"));
  EXPECT_FALSE(opening().at("settings").contains("injected_delay_ns"));
  settings.budget = Seconds(140);
  settings.injected_delay_ns = 50;
  EXPECT_EQ(opening().at("budget_s"), 140);
  EXPECT_EQ(opening().at("settings").at("injected_delay_ns"), 50);
}

TEST_F(FactsTest, ARowGetsItsCaseItsPlaceInTheRunAndItsPoint) {
  const Json row = completed({{"status", "ok"}});
  EXPECT_EQ(row.at("run_id"), "0123");
  EXPECT_EQ(row.at("case"), cases.front().name);
  EXPECT_EQ(row.at("launch"), 3);
  EXPECT_EQ(row.at("order_index"), 12);
  EXPECT_EQ(row.at("seed"), "7");
  EXPECT_EQ(row.at("repetition"), 1);
  EXPECT_EQ(row.at("msg_bytes"), 8);
}

TEST_F(FactsTest, AColumnThatTheLaunchWroteStaysAsItIs) {
  const Json row = completed({{"repetition", 2}, {"msg_bytes", 64}});
  EXPECT_EQ(row.at("repetition"), 2);
  EXPECT_EQ(row.at("msg_bytes"), 64);
}

TEST_F(FactsTest, ATextOfARowIsOneLineOfAThousandBytesAtMost) {
  const Json row = completed({{"error", "two\nlines"}, {"warning", std::string(2000, 'x')}});
  EXPECT_EQ(row.at("error"), "two?lines");
  EXPECT_EQ(row.at("warning"), std::string(1000, 'x') + "...");
}

}  // namespace
}  // namespace harness::testing
