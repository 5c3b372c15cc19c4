#include "harness/judge/self_test.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "harness/base/json.h"
#include "harness/base/lists.h"
#include "harness/judge/reports/comparison_cells.h"
#include "harness/judge/reports/self_test_report.h"
#include "harness/tests/support.h"

namespace harness::testing {
namespace {

constexpr double kDelta = 0.05;

TrialRow row(const std::string& name, Metric metric, double effect, bool suspected = false,
             bool confirmed = false) {
  return {.name = name,
          .metric = metric,
          .effect = effect,
          .interval = Interval{effect - 0.02, effect + 0.02},
          .suspected = suspected,
          .confirmed = confirmed,
          .undecided = suspected && !confirmed};
}

TEST(SelfTestTest, ACaseIsWrongInATrialIfOneOfItsMetricsIs) {
  SelfTest test(kDelta);
  test.add({.rows = {row("x", Metric::kRate, 0), row("x", Metric::kTailLatency, 0.3, true),
                     row("y", Metric::kRate, 0)}});
  test.add({.rows = {row("x", Metric::kRate, 0), row("y", Metric::kRate, 0)}});
  EXPECT_EQ(test.total().trials, 5);
  EXPECT_EQ(test.total().wrong, 1);
  EXPECT_EQ(test.total().wrong_confirmed, 0);
  EXPECT_EQ(test.cases().trials, 4);
  EXPECT_EQ(test.cases().wrong, 1);
  EXPECT_EQ(test.rows().size(), 3u);
}

// "How many builds would be judged wrongly?" A wrong trial is one such build, whatever the number of its metrics.
TEST(SelfTestTest, ATrialIsWrongIfAnythingInItIs) {
  SelfTest test(kDelta);
  test.add(
      {.rows = {row("x", Metric::kRate, 0.3, true), row("y", Metric::kRate, 0.3, true, true)}});
  test.add({.rows = {row("x", Metric::kRate, 0), row("y", Metric::kRate, 0)}});
  EXPECT_EQ(test.whole().trials, 2);
  EXPECT_EQ(test.whole().wrong, 1);
  EXPECT_EQ(test.whole().wrong_confirmed, 1);
}

TEST(SelfTestTest, AnEffectThatIsFoundWithoutAnyIsNoNegativeFloor) {
  SelfTest test(kDelta);
  test.add({.rows = {row("x", Metric::kRate, 0.3, true)}});
  EXPECT_EQ(test.rows().at(0).smallest_effect, 0);
}

TEST(SelfTestTest, WhereMostIsUndecidedNothingWrongSaysLittle) {
  SelfTest test(kDelta);
  TrialRow undecided = row("x", Metric::kRate, 0);
  undecided.undecided = true;
  test.add({.rows = {undecided}});
  EXPECT_NE(text_of(test).find("most was undecided"), std::string::npos);
}

TEST(SelfTestTest, TheSmallestEffectIsWhatWouldHaveBeenFoundInNineOfTenTrials) {
  SelfTest test(kDelta);
  for (int i = 0; i < 10; ++i) test.add({.rows = {row("x", Metric::kRate, i == 0 ? -0.9 : 0.0)}});
  // Delta in nine of ten; the tenth would have needed 0.9 more.
  EXPECT_NEAR(test.rows().at(0).smallest_effect, std::log1p(kDelta), 1e-12);
}

TEST(SelfTestTest, PowerCountsTheTrialsWhoseRateIsWorse) {
  SelfTest test(kDelta);
  test.add({.slowed_by = 0.1,
            .rows = {row("x", Metric::kRate, 0.10, true, true),
                     row("x", Metric::kTailLatency, 0.5, true, true)}});
  test.add({.slowed_by = 0.1, .rows = {row("x", Metric::kRate, 0.09, true, false)}});
  test.add({.slowed_by = 0.1, .rows = {row("x", Metric::kRate, -0.2, true, false)}});
  test.add({.slowed_by = 0.05, .rows = {row("x", Metric::kRate, 0.02)}});
  EXPECT_EQ(test.total().trials, 0) << "B was changed";
  const auto powers = test.powers();
  ASSERT_EQ(powers.size(), 4u);  // two shares, and the sums
  EXPECT_EQ(powers[0].slowed_by, 0.05);
  EXPECT_EQ(powers[0].found, 0);
  EXPECT_EQ(powers[1].trials, 3);
  EXPECT_EQ(powers[1].found, 2) << "better is not found";
  EXPECT_EQ(powers[1].confirmed, 1);
  EXPECT_NEAR(powers[1].effect, 0.09, 1e-12);
  EXPECT_EQ(powers[3].name, "all");
}

TEST(SelfTestTest, ATrialIsTheSameAfterItWasWrittenAndRead) {
  const Trial trial{
      .slowed_by = 0.05, .seconds = 2.5, .rows = {row("x", Metric::kFairness, 0.1, true, true)}};
  const Json text = json_of(trial);
  EXPECT_EQ(json_of(trial_from(Json::parse(text.dump()))), text);
}

TEST(SelfTestTest, TheTableHasThePartsOfWhichThereAreTrials) {
  SelfTest test(kDelta);
  EXPECT_EQ(text_of(test), "no trial was made\n");
  test.add({.slowed_by = 0.1, .rows = {row("x", Metric::kRate, 0.10, true, true)}});
  EXPECT_EQ(markdown_of(test),
            "worse by: of the rate, in the median trial; + is worse, as the time that an operation "
            "takes\n\n"
            "| case | slowed by | worse by | trials | found | and confirmed |\n"
            "| :-- | --: | --: | --: | --: | --: |\n"
            "| x | 10 % | +10.5 % | 1 | 1 (100 %) | 1 (100 %) |\n"
            "| all | 10 % | +10.5 % | 1 | 1 (100 %) | 1 (100 %) |\n");
}

// The cells of the first line that begins so.
std::vector<std::string> heads_in(const std::string& text, const std::string& begin) {
  const auto from = text.find("\n" + begin);
  if (from == std::string::npos) return {};
  const std::string line = text.substr(from + 1, text.find('\n', from + 1) - from - 1);
  return split(line, '|');
}

TEST(SelfTestTest, TheTerminalAndTheFileHaveTheSameWords) {
  SelfTest test(kDelta);
  test.add({.rows = {row("x", Metric::kRate, 0)}});
  test.add({.slowed_by = 0.1, .rows = {row("x", Metric::kRate, 0.10, true, true)}});
  const auto terminal = text_of(test), file = markdown_of(test);
  for (const char* head : {"| case | metric ", "| case | slowed by "}) {
    const auto heads = heads_in("\n" + file, head);
    ASSERT_GT(heads.size(), 5u) << file;
    for (std::size_t i = 2; i < heads.size(); ++i) {  // after an empty one and `case`
      const auto& name = heads[i];
      EXPECT_NE(terminal.find(name.size() > 2 ? name.substr(1, name.size() - 2) : ""),
                std::string::npos)
          << name << "\n"
          << terminal;
    }
  }
  for (const char* same :
       {"all metrics of all cases", "all cases: wrong if any metric of a case is",
        "all trials: a build would be wrongly judged", "wrong at most: upper 95 % bound",
        "found from: worse by so much (+) would be found in 90 % of trials",
        "worse by: of the rate"}) {
    EXPECT_NE(terminal.find(same), std::string::npos) << same << "\n" << terminal;
    EXPECT_NE(file.find(same), std::string::npos) << same << "\n" << file;
  }
}

TEST(SelfTestTest, ASumOfMetricsHasNeitherAMetricNorASmallestEffect) {
  SelfTest test(kDelta);
  test.add({.rows = {row("x", Metric::kRate, 0), row("x", Metric::kFairness, 0)}});
  const TemporaryFolder folder;
  write_self_test(test, {}, {}, folder.path());
  std::ifstream stream(folder.path() / "aa.json");
  const Json all = Json::parse(stream);
  for (const char* sum : {"total", "by_case", "by_trial"}) {
    EXPECT_TRUE(all.at(sum).at("metric").is_null()) << sum;
    EXPECT_TRUE(all.at(sum).at("smallest_effect_found_90").is_null()) << sum;
  }
  EXPECT_EQ(all.at("total").at("trials"), 2);
  for (const auto& each : all.at("cases")) {
    EXPECT_TRUE(each.at("metric").is_string());
    EXPECT_TRUE(each.at("smallest_effect_found_90").is_number());
  }
}

TEST(SelfTestTest, OnATerminalACaseIsNamedOnceAndTheHeadSaysWhatPlusMeans) {
  SelfTest test(kDelta);
  test.add(
      {.rows = {row("a/long/name", Metric::kRate, 0), row("a/long/name", Metric::kFairness, 0)}});
  const auto text = text_of(test);
  EXPECT_NE(text.find("found from: worse by so much (+)"), std::string::npos) << text;
  const auto once = text.find("a/long/name\n  rate ");
  ASSERT_NE(once, std::string::npos) << text;
  EXPECT_EQ(text.find("a/long/name", once + 1), std::string::npos) << text;
  EXPECT_NE(text.find("+5.0 %"), std::string::npos) << text;
  EXPECT_NE(text.find("+0.05"), std::string::npos) << "fairness is a share\n" << text;
}

class FloorsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    write_self_test(SelfTest(kDelta), {}, {}, folder_.path());
    std::ifstream file(folder_.path() / "aa.json");
    all_["measured_on"] = Json::parse(file).at("measured_on");
  }
  void write(const Json& json) const { folder_.write("aa.json", json.dump()); }
  Floors floors(const std::vector<std::string>& cases) {
    ComparisonSettings settings;
    settings.options = {"--window=20ms"};
    return floors_from("--floor", folder_.path() / "aa.json", cases, settings);
  }
  Json all_ = {{"rounds", 12},
               {"delta", kDelta},
               {"options", {"--window=20ms"}},
               {"cases", {{{"case", "x"}, {"metric", "rate"}, {"smallest_effect_found_90", 0.1}}}}};
  TemporaryFolder folder_;
};

TEST_F(FloorsTest, OfTheSameSettingsThatCoverAllCasesGiveNoDoubt) {
  write(all_);
  const auto found = floors({"x"});
  EXPECT_EQ(found.by_case.at({"x", Metric::kRate}), 0.1);
  EXPECT_TRUE(found.doubts.empty());
}

TEST_F(FloorsTest, OfOtherSettingsSayInOneLineWhichDiffer) {
  all_["rounds"] = 6;
  all_["options"] = {"--window=1s"};
  write(all_);
  const auto found = floors({"x"});
  ASSERT_EQ(found.doubts.size(), 1u);
  EXPECT_NE(found.doubts[0].find("is of other settings or another machine, whose floors may not "
                                 "hold here: rounds 6 there, 12 here; "
                                 "options of launches --window=1s there, --window=20ms here"),
            std::string::npos)
      << found.doubts[0];
}

TEST_F(FloorsTest, OfAnotherMachineOrBuildSayWhatDiffers) {
  all_["measured_on"]["host"]["cpu_model"] = "Other";
  all_["measured_on"]["build"]["flags"] = "-O0";
  write(all_);
  const auto found = floors({"x"});
  ASSERT_EQ(found.doubts.size(), 1u);
  EXPECT_NE(found.doubts[0].find("CPU model: Other and "), std::string::npos) << found.doubts[0];
  EXPECT_NE(found.doubts[0].find("build flags: -O0 and "), std::string::npos) << found.doubts[0];
}

TEST_F(FloorsTest, OfAnOlderAaThatDoesNotSayWhereItWasMeasuredAreNamed) {
  for (const Json& unknown : {Json(), Json("here")}) {
    all_["measured_on"] = unknown;
    write(all_);
    const auto found = floors({"x"});
    ASSERT_EQ(found.doubts.size(), 1u);
    EXPECT_NE(found.doubts[0].find("aa.json does not say on which machine and with which build it "
                                   "was measured"),
              std::string::npos)
        << found.doubts[0];
  }
  all_.erase("measured_on");
  write(all_);
  EXPECT_EQ(floors({"x"}).doubts.size(), 1u);
}

TEST_F(FloorsTest, Above100PercentSwitchTheGateOffWhichIsSaid) {
  const auto doubts_of = [this](const char* metric, double floor) {
    all_["cases"][0]["metric"] = metric;
    all_["cases"][0]["smallest_effect_found_90"] = floor;
    write(all_);
    return floors({"x"}).doubts;
  };
  EXPECT_TRUE(doubts_of("rate", 0.69).empty());
  EXPECT_TRUE(doubts_of("fairness", 0.49).empty());
  EXPECT_EQ(doubts_of("fairness", 0.51).size(), 1u);
  const auto doubts = doubts_of("rate", 0.7);
  ASSERT_EQ(doubts.size(), 1u);
  EXPECT_TRUE(doubts[0].starts_with(
      "--floor switches the gate off for 1 metric, whose floor is above 100 %"))
      << doubts[0];
  EXPECT_TRUE(doubts[0].ends_with(": rate of x")) << doubts[0];
}

TEST(FloorTest, ARowThatIsTheSameIsShownIfItsFloorSwitchesTheGateOff) {
  ComparedRow row{.name = "x", .floor = 0.6};
  row.judgement.verdict = Verdict::kSame;
  EXPECT_FALSE(is_shown(row));
  row.floor = 0.7;
  EXPECT_TRUE(is_shown(row));
  EXPECT_EQ(next_step(row, true), "floor 101.4 %, which switches the gate off here");
}

TEST(SelfTestTest, AWorseningThatIsFoundFromAbove100PercentOnlyHasNoGate) {
  SelfTest quiet(kDelta), wild(kDelta);
  quiet.add({.rows = {row("x", Metric::kRate, 0)}});
  wild.add({.rows = {row("x", Metric::kRate, -1)}});
  EXPECT_EQ(text_of(quiet).find("has no gate"), std::string::npos);
  EXPECT_NE(text_of(wild).find("has no gate with `ab --floor`"), std::string::npos);
}

TEST_F(FloorsTest, SayHowManyCasesTheyDoNotCover) {
  write(all_);
  const auto found = floors({"x", "y", "z"});
  EXPECT_EQ(found.doubts, std::vector<std::string>{
                              "--floor covers 1 of 3 cases; --delta alone decides the others"});
}

}  // namespace
}  // namespace harness::testing
