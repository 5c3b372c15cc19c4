// Stored runs: what is read of them, which of them are alike, and what becomes of their cases.
#include "harness/judge/stored_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <sstream>

#include "harness/base/errors.h"
#include "harness/base/json.h"
#include "harness/judge/gate.h"
#include "harness/judge/reports/comparison_cells.h"
#include "harness/judge/reports/comparison_report.h"
#include "harness/judge/run_facts.h"
#include "harness/tests/stored_runs.h"
#include "harness/tests/support.h"

namespace harness::testing {
namespace {

Verdict verdict_of(const StoredRun& a, const StoredRun& b, StoredRules rules = {}) {
  return compare_runs(a, b, rules).rows.at(0).judgement.verdict;
}

TEST(StoredRunTest, ALowerRateIsWorseAndAHigherOneBetter) {
  EXPECT_EQ(verdict_of(run_of(kBase), run_of(times(0.8))), Verdict::kWorse);
  EXPECT_EQ(verdict_of(run_of(kBase), run_of(times(1.2))), Verdict::kBetter);
  EXPECT_EQ(verdict_of(run_of(kBase), run_of(times(1.01))), Verdict::kSame);
  EXPECT_EQ(code_of(compare_runs(run_of(kBase), run_of(times(0.8)), {})), kWorse);
}

TEST(StoredRunTest, TheEffectIsTheRatioOfTheRates) {
  const auto row = compare_runs(run_of(kBase), run_of(times(0.8)), {}).rows.at(0);
  EXPECT_NEAR(row.judgement.effect, -std::log(0.8), 0.01);
  EXPECT_LT(row.judgement.p, 0.01);
}

// 390 cases that vary by 8 % and did not change.
TEST(StoredRunTest, WhatChanceGivesAmongManyCasesIsNoChange) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> launch(100, 8);
  StoredRun a = run_of({}), b = run_of({});
  a.cases.clear(), b.cases.clear();
  for (int number = 0; number < 390; ++number) {
    for (auto* run : {&a, &b}) {
      auto& rates = run->cases["a/x:" + std::to_string(number)][Metric::kRate];
      for (int each = 0; each < 6; ++each) rates.push_back(launch(random));
    }
  }
  auto compared = compare_runs(a, b, {});
  EXPECT_NE(code_of(compared), kWorse);
  const auto chance = std::find_if(compared.rows.begin(), compared.rows.end(), [](const auto& row) {
    return row.judgement.doubt == Doubt::kChance;
  });
  ASSERT_NE(chance, compared.rows.end()) << "without the control some would be called changed";
  EXPECT_NE(next_step(*chance, false).find("chance may explain it among so many metrics"),
            std::string::npos);
  EXPECT_EQ(chance->judgement.rounds_needed, 9);
}

TEST(StoredRunTest, FourLaunchesASideDecideNothingAndFiveWouldDo) {
  const auto row =
      compare_runs(run_of({100, 101, 99, 100}), run_of({50, 51, 49, 50}), {}).rows.at(0);
  EXPECT_EQ(row.judgement.verdict, Verdict::kUndecided);
  EXPECT_EQ(row.judgement.rounds_needed, 5);
  EXPECT_EQ(verdict_of(run_of({100, 101, 99, 100, 102}), run_of({50, 51, 49, 50, 52})),
            Verdict::kWorse);
}

TEST(StoredRunTest, ARowSaysByHowManyLaunchesItWasMeasuredAndTheWarningOfWhichRun) {
  const auto compared = compare_runs(run_of({100}), run_of(kBase), {});
  EXPECT_NE(formatted({compared}, Format::kTable)
                .find("measured in 1 launch of a side, five are the fewest that decide"),
            std::string::npos);
  EXPECT_EQ(compared.warnings.back(),
            "nothing was judged: run has fewer than five launches of each case; measure with "
            "--launches 6");
}

TEST(StoredRunTest, RunsOfUnlikeMachinesAreIncomparableAndTheDifferenceIsNamed) {
  Json other = facts_of_run();
  other["host"]["cpu_model"] = "Slow 2";
  const auto compared = compare_runs(run_of(kBase), run_of(times(0.8), other), {});
  EXPECT_EQ(compared.rows.at(0).judgement.verdict, Verdict::kIncomparable);
  EXPECT_EQ(code_of(compared), kIncomparable);
  EXPECT_NE(compared.warnings.at(1).find("CPU model: Fast 1 and Slow 2"), std::string::npos);
}

TEST(StoredRunTest, LenientComparesUnlikeMachinesAndSaysSoInEachRow) {
  Json other = facts_of_run();
  other["build"]["flags"] = "-O0";
  const auto compared = compare_runs(run_of(kBase), run_of(times(0.8), other), {.lenient = true});
  EXPECT_EQ(compared.rows.at(0).judgement.verdict, Verdict::kWorse);
  EXPECT_EQ(compared.rows.at(0).note, "the runs are not alike");
}

TEST(StoredRunTest, AnUpdateOfTheKernelThatKeepsItsReleaseDoesNotMatter) {
  Json other = facts_of_run();
  other["host"]["kernel"] = "6.1.99-custom";
  EXPECT_TRUE(unlike(facts_of_run(), other).empty());
  other["host"]["kernel"] = "6.12.1";
  EXPECT_EQ(unlike(facts_of_run(), other), std::vector<std::string>{"kernel: 6.1 and 6.12"});
}

TEST(StoredRunTest, WindowsAndAnInjectedDelayMustAgreeWhereTheyAreRecorded) {
  Json base = facts_of_run();
  base["settings"] = {{"windows", 1}, {"window_ns", 100}};
  EXPECT_TRUE(unlike(base, facts_of_run()).empty());
  Json other = base;
  other["settings"]["windows"] = 3;
  EXPECT_EQ(unlike(base, other), std::vector<std::string>{"windows of a launch: 1 and 3"});
  other = base;
  other["settings"]["injected_delay_ns"] = 50;
  EXPECT_EQ(unlike(base, other), std::vector<std::string>{"injected delay in ns: none and 50"});
  EXPECT_TRUE(unlike(other, other).empty());
}

TEST(StoredRunTest, RunsThatRecordNoMachineOrNoBuildAreNotAlike) {
  EXPECT_EQ(unlike({{"event", "run"}}, {{"event", "run"}}),
            (std::vector<std::string>{"machine: not known and not known",
                                      "build: not known and not known"}));
  Json few = facts_of_run();
  few["host"] = {{"cpus", 4}, {"cpu_model", nullptr}};
  EXPECT_TRUE(unlike(few, few).empty()) << "what this machine does not report";
  few["build"] = {{"type", nullptr}};
  EXPECT_EQ(unlike(few, few), std::vector<std::string>{"build: not known and not known"});
  EXPECT_EQ(verdict_of(run_of(kBase, few), run_of(times(0.8), few)), Verdict::kIncomparable);
}

TEST(StoredRunTest, AnotherVersionIsAWarningAlone) {
  Json base = facts_of_run(), other = base;
  base["tool"]["version"] = "1.0.0";
  other["tool"]["version"] = "2.0.0";
  const auto compared = compare_runs(run_of(kBase, base), run_of(times(0.8), other), {});
  EXPECT_EQ(code_of(compared), kWorse);
  EXPECT_NE(compared.warnings.at(1).find("two versions of bench-all"), std::string::npos);
  EXPECT_NE(compared.warnings.at(1).find("1.0.0 and 2.0.0"), std::string::npos);
}

TEST(StoredRunTest, ARunThatHasNotEndedIsRefusedOrIfLenientTakenWithANote) {
  StoredRun cut = run_of(times(0.8));
  cut.name = "cut";
  cut.has_ended = false;
  const std::string remedy =
      "'cut' has not ended; complete it by `bench-all run --resume cut`, or compare what is there "
      "by --lenient";
  EXPECT_EQ(message_of<BadUsage>([&] { compare_runs(run_of(kBase), cut, {}); }), remedy);
  EXPECT_EQ(message_of<BadUsage>([&] { compare_runs(cut, run_of(kBase), {}); }), remedy);
  const auto compared = compare_runs(run_of(kBase), cut, {.lenient = true});
  EXPECT_EQ(compared.warnings.at(1), "cut has not ended");
  EXPECT_EQ(compared.rows.at(0).judgement.verdict, Verdict::kWorse);
  EXPECT_EQ(compared.rows.at(0).note, "cut has not ended");
}

TEST(StoredRunTest, AnInterruptedRunHasNotEnded) {
  const TemporaryFolder folder;
  const auto ends = [&](const std::string& end) {
    folder.write("events.jsonl", "{\"event\":\"run\",\"run_id\":\"r\"}\n" + end);
    return read_run(folder.path(), "it").has_ended;
  };
  EXPECT_FALSE(ends(""));
  EXPECT_FALSE(ends("{\"event\":\"end\",\"exit_code\":130}\n"));
  EXPECT_TRUE(ends("{\"event\":\"end\",\"exit_code\":3}\n"));
  EXPECT_TRUE(ends("{\"event\":\"end\"}\n"));
}

TEST(StoredRunTest, ACaseOfOneRunAloneIsOneIncomparableRow) {
  StoredRun all = run_of(kBase), none{"none", facts_of_run(), {}};
  for (const Metric metric : kMetrics) all.cases["a/x:1"][metric] = kBase;
  const auto compared = compare_runs(all, none, {});
  ASSERT_EQ(compared.rows.size(), 1u);
  EXPECT_EQ(compared.rows[0].judgement.verdict, Verdict::kIncomparable);
  EXPECT_EQ(compared.rows[0].note, "the second run does not have this case");
  EXPECT_EQ(code_of(compared), kIncomparable);
  EXPECT_EQ(compare_runs(none, all, {}).rows.at(0).note, "the first run does not have this case");
}

TEST(StoredRunTest, ACaseThatOneRunHasAndDidNotMeasureIsOneRowWithTheReason) {
  StoredRun all = run_of(kBase), failed{"failed", facts_of_run(), {}};
  for (const Metric metric : kMetrics) all.cases["a/x:1"][metric] = kBase;
  failed.cases["a/x:1"].clear();
  const auto notes = [&] {
    std::vector<std::string> all_notes;
    for (const auto& row : compare_runs(all, failed, {}).rows) all_notes.push_back(row.note);
    return all_notes;
  };
  EXPECT_EQ(notes(), std::vector<std::string>{"the second run did not measure it"});
  failed.failures["a/x:1"] = "launch 1: failed: no memory";
  EXPECT_EQ(notes(), std::vector<std::string>{"the second run, launch 1: failed: no memory"});
}

TEST(StoredRunTest, WhatWasBuiltFromChangedFilesIsOfItsCommitWithChanges) {
  Json facts = facts_of_run();
  facts["tool"] = {{"git_sha", "861e04a02ab0123456789"}, {"git_dirty", false}};
  EXPECT_TRUE(origin_of(run_of(kBase, facts)).ends_with(" at commit 861e04a02ab0"));
  facts["tool"]["git_dirty"] = true;
  EXPECT_TRUE(origin_of(run_of(kBase, facts)).ends_with(" at commit 861e04a02ab0 with changes"));
  EXPECT_TRUE(compare_runs(run_of(kBase, facts), run_of(kBase), {})
                  .about.at(0)
                  .ends_with(" at commit 861e04a02ab0 with changes"));
}

// Twelve launches, some of which have no median latency.
StoredRun with_medians(int count) {
  StoredRun run{"run", facts_of_run(), {}};
  run.launches["a/x:1"] = 12;
  run.cases["a/x:1"][Metric::kRate].assign(12, 100);
  run.cases["a/x:1"][Metric::kMedianLatency].assign(static_cast<std::size_t>(count), 5);
  return run;
}

TEST(StoredRunTest, AMedianThatTheSecondRunLacksInAQuarterOfItsLaunchesIsIncomparable) {
  const auto median_of = [](int in_a, int in_b) {
    return compare_runs(with_medians(in_a), with_medians(in_b), {}).rows.at(1);
  };
  for (const int in_b : {1, 6, 9}) {
    const auto row = median_of(12, in_b);
    EXPECT_EQ(row.judgement.verdict, Verdict::kIncomparable) << in_b;
    EXPECT_EQ(row.note, "the second run lacks it in " + std::to_string(12 - in_b) +
                            " of 12 launches; it needs more operations that are timed in a window, "
                            "which may be longer: run --window 1s");
  }
  for (const auto& [in_a, in_b] : {std::pair(12, 10), {6, 12}, {6, 6}}) {
    const auto row = median_of(in_a, in_b);
    EXPECT_EQ(row.judgement.verdict, Verdict::kSame) << in_a << " " << in_b;
    EXPECT_NE(row.note, "");
  }
  EXPECT_EQ(median_of(12, 12).note, "");
}

TEST(StoredRunTest, ALaunchCountsOnceByTheMedianOfItsWindows) {
  const TemporaryFolder folder;
  std::ostringstream events;
  events << to_text(facts_of_run()) << "\n";
  for (const int launch : {1, 2}) {
    for (const int window : {1, 2, 3}) {
      events << to_text({{"event", "sample"},
                         {"row",
                          {{"run_id", "r"},
                           {"case", "a"},
                           {"launch", launch},
                           {"repetition", window},
                           {"status", "ok"},
                           {"ops_per_s", 100 * launch + window}}}})
             << "\n";
    }
  }
  events << R"({"event":"sample","row":{"run_id":"r","case":"b","launch":1,"repetition":1,)"
         << R"("status":"failed","error":"x"}})"
         << "\n";
  folder.write("events.jsonl", events.str());
  const StoredRun run = read_run(folder.path(), "it");
  EXPECT_EQ(run.cases.at("a").at(Metric::kRate), (std::vector<double>{102, 202}));
  EXPECT_TRUE(run.cases.at("b").empty());
  EXPECT_EQ(run.launches, (std::map<std::string, int>{{"a", 2}}));
  EXPECT_THROW(read_run(folder.path() / "nothing", "it"), BadUsage);
}

}  // namespace
}  // namespace harness::testing
