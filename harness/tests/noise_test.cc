#include "harness/machine/noise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <regex>

#include "harness/base/cpus.h"
#include "harness/base/json.h"
#include "harness/machine/machine_watch.h"
#include "harness/measure/pressure.h"
#include "harness/measure/probes.h"

namespace harness {
namespace {

// Batches that vary by so much, as a share, around 1,000 ns.
ProbeSeries varying_by(double share, std::size_t batches = 400) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> log_ns(0, share);
  ProbeSeries series{"probe", {}};
  for (std::size_t i = 0; i < batches; ++i) series.ns.push_back(1000 * std::exp(log_ns(random)));
  return series;
}

TEST(NoiseTest, SteadyBatchesAreQuietAndAnyEffectIsWorthLookingFor) {
  const auto report =
      noise_of({{"probe", std::vector<double>(100, 1000.0)}}, {.cpus = 2, .cores = 2});
  ASSERT_EQ(report.probes.size(), 1u);
  EXPECT_EQ(report.probes[0].median_ns, 1000);
  EXPECT_EQ(report.probes[0].varies, 0);
  EXPECT_EQ(report.smallest_effect, 0);
  EXPECT_EQ(score_of(report), 100);
  EXPECT_EQ(grade_of(report), "quiet");
  EXPECT_TRUE(report.causes.empty());
}

// The differences of 12 rounds vary by 1.41 times as much, and their interval of the median reaches from the third
// to the tenth of them: about 0.9 times the variation.
TEST(NoiseTest, TheSmallestEffectGrowsWithTheVariation) {
  const auto effect = [](double share) { return *noise_of(varying_by(share)).smallest_effect; };
  EXPECT_NEAR(effect(0.01), 0.018, 0.009);
  EXPECT_NEAR(effect(0.1) / effect(0.01), 10, 3);
}

// As the whole machine becomes slower over seconds: neighbours are slowed alike.
TEST(NoiseTest, ADriftHidesNothingFromPairs) {
  ProbeSeries drifting{"probe", {}};
  for (int i = 0; i < 400; ++i) drifting.ns.push_back(1000 * std::exp(0.001 * i));
  const auto noise = noise_of(drifting);
  EXPECT_GT(noise.varies, 0.1);
  EXPECT_LT(*noise.smallest_effect, 0.005);
}

TEST(NoiseTest, TheScoreIsThatOfTheProbeWithTheLargestSmallestEffect) {
  const auto report = noise_of({varying_by(0.001), varying_by(0.05)}, {.cpus = 2, .cores = 2});
  EXPECT_EQ(report.smallest_effect, report.probes[1].smallest_effect);
  EXPECT_EQ(grade_of(report), "noisy");
}

TEST(NoiseTest, OneSmallestChangeIsTheHeadlineAndTheProbeThatSetsItIsMarked) {
  const auto steady = varying_by(0.001), unsteady = varying_by(0.05);
  const auto text = noise_text(noise_of({{"steady", steady.ns}, {"unsteady", unsteady.ns}}, {}));
  std::smatch found;
  ASSERT_TRUE(
      std::regex_search(text, found,
                        std::regex("a change below about ([0-9.]+ %) is not worth looking for "
                                   "here\nthat is the largest `by this alone`")))
      << text;
  EXPECT_TRUE(
      std::regex_search(text, std::regex("\nunsteady .* " + found[1].str() + "  sets the score\n")))
      << text;
  EXPECT_TRUE(std::regex_search(text, std::regex("\nsteady [^\n]* %\n"))) << text;
}

TEST(NoiseTest, FewerBatchesThanATrialHaveNoScore) {
  const auto report = noise_of({varying_by(0.01, 23)}, {.cpus = 2, .cores = 2});
  EXPECT_FALSE(report.smallest_effect);
  EXPECT_FALSE(score_of(report));
  const std::string why =
      "probe: too few batches: 23, and 24 are needed; allow more time by --time-budget";
  EXPECT_NE(noise_text(report).find("no score, which takes every probe: " + why + "\n"),
            std::string::npos);
  EXPECT_NE(noise_text(report).find(" -  too few batches: 23"), std::string::npos)
      << noise_text(report);
  EXPECT_TRUE(noise_json(report, {})["score"].is_null());
  EXPECT_EQ(noise_json(report, {})["reason"], why);
}

TEST(NoiseTest, AProbeThatCouldNotBeTakenSaysWhyAndThereIsNoScore) {
  const auto report = noise_of({varying_by(0.01), {"cache line", {}}}, {.cpus = 1, .cores = 1});
  EXPECT_FALSE(score_of(report)) << "the other one may not be the one that sets it";
  const std::string why = "it needs two CPUs, and only one may be used; allow two or more";
  const auto text = noise_text(report);
  EXPECT_EQ(text.find("no score, which takes every probe: cache line: " + why + "\n"), 0u) << text;
  EXPECT_NE(text.find("cache line   not measured: " + why + "\n"), std::string::npos) << text;
  const Json json = noise_json(report, {});
  EXPECT_TRUE(json["probes"][1]["median_ns"].is_null());
  EXPECT_EQ(json["probes"][1]["reason"], why);
  EXPECT_TRUE(json["probes"][0]["reason"].is_null());
  EXPECT_EQ(json["reason"], "cache line: " + why);
}

// Of a short --time-budget: a probe that had most of its batches too late must not improve the score.
TEST(NoiseTest, AProbeOfTooFewBatchesLeavesNoScoreAndTheOthersTheirEffects) {
  auto few = varying_by(0.2, 23);
  few.name = "cache line";
  const auto report = noise_of({varying_by(0.01), few}, {.cpus = 2, .cores = 2});
  EXPECT_FALSE(report.smallest_effect);
  EXPECT_EQ(grade_of(report), "unknown");
  const auto text = noise_text(report);
  EXPECT_EQ(text.find("no score, which takes every probe: cache line: too few batches: 23, and 24 "
                      "are needed; allow more time by --time-budget\n"),
            0u)
      << text;
  EXPECT_EQ(text.find("sets the score"), std::string::npos) << text;
  const Json json = noise_json(report, {});
  EXPECT_TRUE(json["score"].is_null());
  EXPECT_TRUE(json["smallest_effect"].is_null());
  EXPECT_TRUE(json["probes"][0]["smallest_effect"].is_number());
}

TEST(NoiseTest, WithoutTimeForAnyBatchThatIsTheReason) {
  const auto report = noise_of({{"compute", {}}, {"cache line", {}}}, {.cpus = 2, .cores = 2});
  for (const auto& probe : report.probes) {
    EXPECT_EQ(probe.reason,
              "too few batches: 0, and 24 are needed; allow more time by --time-budget");
  }
}

// "By this alone" counts neighbours, "varies" does not, so the order of the two columns may differ.
TEST(NoiseTest, TheTextSaysThatByThisAloneIsOfNeighboursAndNeedNotFollowVaries) {
  ProbeSeries drifting{"drifting", {}};
  for (int i = 0; i < 400; ++i) drifting.ns.push_back(1000 * std::exp(0.001 * i));
  const auto report = noise_of({drifting, varying_by(0.02)}, {.cpus = 2, .cores = 2});
  EXPECT_GT(report.probes[0].varies, report.probes[1].varies);
  EXPECT_LT(report.probes[0].smallest_effect, report.probes[1].smallest_effect);
  const auto text = noise_text(report);
  EXPECT_NE(
      text.find("made of differences of neighbouring batches, so it need not follow `varies`"),
      std::string::npos)
      << text;
}

TEST(NoiseTest, WithEveryProbeMeasuredThereIsNoReasonToGive) {
  EXPECT_TRUE(noise_json(noise_of({varying_by(0.01)}, {}), {})["reason"].is_null());
}

std::string causes_text(const MachineFacts& facts) {
  std::string text;
  for (const auto& cause : causes_of(facts)) text += cause.what + " -> " + cause.remedy + "\n";
  return text;
}

TEST(NoiseTest, EachCauseIsNamedWithWhatToDo) {
  const MachineFacts quiet{.steal_frac = 0,
                           .stalled_frac = 0,
                           .others_frac = 0.001,
                           .throttled_us = 0,
                           .governor = "performance",
                           .quota = "max",
                           .turbo = true,
                           .mhz = {3000, 3001},
                           .cpus = 4,
                           .cores = 4};
  EXPECT_EQ(causes_text(quiet), "");
  const auto says = [&](const char* what, const char* remedy, auto change) {
    MachineFacts facts = quiet;
    change(facts);
    const auto text = causes_text(facts);
    EXPECT_NE(text.find(what), std::string::npos) << text;
    EXPECT_NE(text.find(remedy), std::string::npos) << text;
    EXPECT_EQ(causes_of(facts).size(), 1u) << text;
  };
  says("gave 2.0 % of the time to others", "--rounds", [](auto& f) { f.steal_frac = 0.02; });
  says("held this program back for 1.5 ms", "cpu.max", [](auto& f) { f.throttled_us = 1500; });
  says("a CPU quota (50000 100000)", "cpu.max", [](auto& f) { f.quota = "50000 100000"; });
  says("use 30.0 % of all CPUs (of one CPU: 12 make 60 %)", "taskset",
       [](auto& f) { f.others_frac = 0.3, f.busiest = {"12 make 60 %"}; });
  says("a task waited for a CPU", "container", [](auto& f) { f.stalled_frac = 0.05; });
  says("governor is powersave", "cpupower", [](auto& f) { f.governor = "powersave"; });
  says("frequency varied by 10.0 %", "no_turbo", [](auto& f) { f.mhz = {3000, 3300}; });
  says("frequency varied by 10.0 %", "heat", [](auto& f) {
    f.mhz = {3000, 3300}, f.turbo = false;
  });
  says("only one CPU", "two or more", [](auto& f) { f.cpus = f.cores = 1; });
  says("threads of one core", "second core", [](auto& f) { f.cpus = 2, f.cores = 1; });
}

TEST(NoiseTest, WhatTheMachineDoesNotTellIsNoCause) {
  EXPECT_EQ(causes_text({.cpus = 2, .cores = 2}), "");
  const auto report = noise_of({varying_by(0.2)}, {.is_guest = true, .cpus = 2, .cores = 2});
  ASSERT_EQ(report.causes.size(), 1u);
  EXPECT_NE(report.causes[0].what.find("neighbours"), std::string::npos);
}

TEST(PressureTest, TheTotalOfTheFirstLineIsRead) {
  EXPECT_EQ(stalled_us_in("some avg10=20.19 avg60=21.45 avg300=25.76 total=11498042366\n"
                          "full avg10=0.00 avg60=0.00 avg300=0.00 total=7\n"),
            11498042366.0);
  EXPECT_FALSE(stalled_us_in(""));
  EXPECT_FALSE(stalled_us_in("full avg10=0.00 total=7\n"));
  EXPECT_FALSE(stalled_us_in("some avg10=0.00\n"));
}

TEST(ProbesTest, EachGivesATime) {
  const Probes probes;
  EXPECT_GT(probes.compute(), 0);
  EXPECT_GT(probes.wake_up(), 0);
  EXPECT_GT(probes.cache_line().value_or(1), 0);  // nothing on one CPU
}

TEST(ProbesTest, TheThreadThatAsksMayStillRunOnEveryCpu) {
  const auto before = allowed_cpus();
  const Probes probes;
  (void)probes.wake_up();
  (void)probes.cache_line();
  EXPECT_EQ(allowed_cpus(), before);
}

TEST(MachineWatchTest, TheWorkOfThisProgramIsNotThatOfOthers) {
  const MachineWatch watch;
  const auto facts = watch.facts();
  EXPECT_GE(facts.cpus, 1);
  EXPECT_GE(facts.cores, 1);
  for (const auto& share : {facts.steal_frac, facts.others_frac, facts.stalled_frac}) {
    if (share) {
      EXPECT_GE(*share, 0);
    }
  }
}

}  // namespace
}  // namespace harness
