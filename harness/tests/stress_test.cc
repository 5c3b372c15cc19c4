// The engine of `bench-all stress`: what a trial's circumstances are, how a run ends, and what it writes.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include "harness/base/errors.h"
#include "harness/base/files.h"
#include "harness/base/json.h"
#include "harness/record/environment.h"
#include "harness/scenario.h"
#include "harness/stress/engine.h"
#include "harness/stress/shared.h"
#include "harness/tests/example_stress.h"
#include "harness/tests/stress_fixtures.h"
#include "harness/tests/support.h"

namespace harness::testing {
namespace {

using namespace std::chrono_literals;
using stress::Config;
using stress::Engine;
using stress::Limits;
using stress::TestResult;

TEST(StressConfig, ItsTextIsReadAgain) {
  const Limits limits{.most_actors = 6, .across_processes = true, .kills = true};
  stress::Random random(7);
  for (int i = 0; i < 1000; ++i) {
    const Config config = stress::random_config(limits, {}, random);
    EXPECT_EQ(stress::parse_config(to_text(config), limits), config) << to_text(config);
  }
}

TEST(StressConfig, TheSameSeedGivesTheSameAndAnotherSeedAnother) {
  const Limits limits{.most_actors = 6};
  std::set<std::string> all;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    stress::Random one(seed), other(seed);
    const auto text = to_text(stress::random_config(limits, {}, one));
    EXPECT_EQ(text, to_text(stress::random_config(limits, {}, other)));
    all.insert(text);
  }
  EXPECT_GT(all.size(), 50U);
}

TEST(StressConfig, FaultsThatAreNotAllowedAreNotChosen) {
  const Limits limits{.across_processes = true, .kills = true};
  stress::Random random(7);
  for (int i = 0; i < 200; ++i) {
    const Config config = stress::random_config(limits, {false, false, false, false}, random);
    EXPECT_EQ(config.kills + config.stops + config.interrupt_us + config.nice, 0);
    EXPECT_EQ(config.delays, Config::Delays::kNone);
  }
}

TEST(StressConfig, AMistakeIsNamedWithItsRemedy) {
  const Limits limits{.most_actors = 4};
  const auto said = [&](const char* text) {
    return message_of<BadUsage>([&] { stress::parse_config(text, limits); });
  };
  const std::string remedy = "; copy it from the replay command that `stress` printed";
  EXPECT_EQ(said("actors"), "--config: 'actors' is not NAME:VALUE" + remedy);
  EXPECT_EQ(said("actors:5"),
            "--config: 'actors:5' is not a whole number between 2 and 4" + remedy);
  EXPECT_EQ(said("cpus:many"), "--config: 'cpus:many' is unknown" + remedy);
  EXPECT_EQ(said("speed:1"), "--config: 'speed:1' is unknown" + remedy);
  EXPECT_EQ(said("interrupt:50"), "--config: 'interrupt:50' has no unit; write 50us" + remedy);
  EXPECT_EQ(said("kill:1"), "--config: 'kill:1' is not a whole number between 0 and 0" + remedy);
}

TEST(StressConfig, EachSimplificationEnds) {
  const Limits limits{.most_actors = 6, .across_processes = true, .kills = true};
  for (int part = 0; part < stress::kSimplerParts; ++part) {
    Config config{
        .actors = 6, .operations = 200, .interrupt_us = 9, .nice = 10, .stops = 2, .kills = 5};
    int steps = 0;
    for (Config next; (next = stress::simpler(config, limits, part)) != config; config = next)
      ++steps;
    EXPECT_GT(steps, 0) << part;
    EXPECT_LT(steps, 10) << part;
    EXPECT_EQ(stress::parse_config(to_text(config), limits), config);
  }
}

// A test whose every trial ends with this outcome.
stress::Test always(const std::string& outcome) {
  return test_that([](stress::Actor&) {}, false,
                   [outcome](const stress::Judged& trial) { trial.record(outcome); });
}

// With more time if a busy machine has not come to all of them.
int code_of(const std::vector<const stress::Test*>& tests) {
  for (auto time = 200ms;; time *= 10) {
    Engine engine(tests, {.duration = time, .until_failure = true});
    engine.run();
    const auto& results = engine.results();
    if (std::all_of(results.begin(), results.end(), [](auto& each) { return each.trials > 0; })) {
      return stress::exit_code(results);
    }
  }
}

TEST(StressEngine, TheExitCodeSaysWhatWasSeen) {
  const auto good = always("good"), odd = always("odd"), bad = always("bad"),
             unclear = always("unclear"), new_one = always("not declared at all");
  EXPECT_EQ(code_of({&good, &odd}), kOk);
  EXPECT_EQ(code_of({&good, &bad}), kFailed);
  EXPECT_EQ(code_of({&good, &new_one}), kFailed);
  EXPECT_EQ(code_of({&good, &unclear}), kIncomparable);
}

TEST(StressEngine, AHangEndsWith6AndAPeersFailureCountsForNothing) {
  auto hangs = test_that([](stress::Actor&) { ::pause(); }, false);
  Engine engine({&hangs}, {.duration = 5s, .patience = 100ms, .until_failure = true});
  engine.run();
  EXPECT_EQ(stress::exit_code(engine.results()), kHung);
  const auto good = always("good");
  auto peer = always("bad");
  peer.is_peer = true;
  EXPECT_EQ(code_of({&good, &peer}), kOk);
}

TEST(StressEngine, RunsUntilTheTimeIsOver) {
  const auto good = always("good");
  Engine engine({&good}, {.duration = 300ms});
  engine.run();
  EXPECT_GE(engine.elapsed(), 300ms);
  EXPECT_GT(engine.trials(), 0U);
}

TEST(StressEngine, LeavesATestAfterItsFirstFailureAndEndsWhenAllAreLeft) {
  const auto one = always("bad"), other = always("bad");
  Engine engine({&one, &other}, {.duration = 60s, .until_failure = true});
  engine.run();
  EXPECT_EQ(engine.trials(), 2U);
}

TEST(StressEngine, AFailureIsMadeSimplerAndReplaysWithItsSeedAndConfig) {
  // Fails with three actors at least and eight operations at least, whatever else.
  const auto fails = test_that([](stress::Actor&) {}, false,
                               [](const stress::Judged& trial) {
                                 const bool bad =
                                     trial.config.actors >= 3 && trial.config.operations >= 8;
                                 trial.record(bad ? "bad" : "good");
                               });
  Engine engine({&fails}, {.duration = 60s, .seed = 3, .until_failure = true});
  engine.run();
  const auto found = engine.results().front().found.at("bad");
  EXPECT_EQ(found.config.actors, 3);
  EXPECT_LT(found.config.operations, 16);
  EXPECT_EQ(found.config.interrupt_us + found.config.nice, 0);
  Engine replay({&fails}, {.duration = 60s, .seed = found.seed, .config = to_text(found.config)});
  replay.run();
  EXPECT_EQ(replay.trials(), 1U);
  EXPECT_EQ(stress::exit_code(replay.results()), kFailed);
}

TEST(StressEngine, ASimplerConfigThatFailedOnceByChanceIsNotTaken) {
  // With eight operations or more it fails; from then on, with fewer, so many of them fail once, as on a machine that is
  // busy for a moment. A trial is judged in a process of its own, so what has failed is shared.
  constexpr int kAlways = 8;
  auto* const failed = static_cast<std::atomic<bool>*>(
      ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  const auto fails = test_that([](stress::Actor&) {}, false,
                               [&](const stress::Judged& trial) {
                                 const int operations = std::min(trial.config.operations, kAlways);
                                 const bool may_fail = operations == kAlways ||
                                                       (failed[kAlways] && !failed[operations]);
                                 if (may_fail) failed[operations] = true;
                                 trial.record(may_fail ? "bad" : "good");
                               });
  Engine engine({&fails}, {.duration = 60s, .seed = 3, .until_failure = true});
  engine.run();
  const auto found = engine.results().front().found.at("bad");
  EXPECT_GE(found.config.operations, kAlways);
  ::munmap(failed, 4096);
}

TEST(StressEngine, TheExampleHolds) {
  Engine engine({&counter}, {.duration = 300ms});
  engine.run();
  EXPECT_EQ(engine.results().front().verdict(), TestResult::Verdict::kPassed);
  EXPECT_GT(engine.results().front().found.at("exact").samples, 0U);
}

TEST(StressEngine, TheExampleOfTheHeaderIsTheOneThatIsCompiled) {
  const auto header = read_text(source_dir() + "/harness/stress/test.h");
  const auto code = read_text(source_dir() + "/harness/tests/example_stress.cc");
  ASSERT_TRUE(header && code);
  std::istringstream example(code->substr(code->find("class Counter")));
  int lines = 0;
  for (std::string line; std::getline(example, line) && !line.starts_with("}  // namespace");) {
    if (line.empty()) continue;
    EXPECT_NE(header->find("//   " + line + "\n"), std::string::npos) << line;
    ++lines;
  }
  EXPECT_GT(lines, 20);
}

TEST(StressResults, CsvHasARowForEachOutcomeWithTheReplayCommand) {
  const auto test = always("good");
  TestResult result;
  result.test = &test;
  result.trials = 5;
  result.found["bad"] = {
      .samples = 1, .config = {.actors = 3, .operations = 4}, .seed = 9, .report = {}};
  result.found["good"] = {.samples = 3, .config = {}, .seed = 8, .report = {}};
  const std::string text = stress::csv({result}, "7");
  EXPECT_EQ(text.substr(0, text.find('\n')),
            "run_id,test,config,seed,iterations,outcome,samples,frequency,expect,description,"
            "verdict,replay_cmd");
  EXPECT_NE(text.find("7,fixture/scope:threads,\"actors:3,ops:4\",9,5,bad,1,0.25,forbidden,as it "
                      "should not be,FAILED,\"bench-all stress 'fixture/scope:threads' --seed 9 "
                      "--config actors:3,ops:4\"\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find(",odd,0,0,interesting,allowed,"), std::string::npos) << text;
}

TEST(StressResults, AnOutcomeWithDetailsHasARowForEachOfThem) {
  auto test = always("good");
  test.outcomes.push_back({"crash", stress::Expect::kInteresting, "it may"});
  TestResult result;
  result.test = &test;
  result.trials = 1;
  EXPECT_NE(stress::csv({result}, "7").find(",crash,0,"), std::string::npos);
  result.found["crash: Aborted"] = {.samples = 1, .config = {}, .seed = 8, .report = {}};
  const std::string text = stress::csv({result}, "7");
  EXPECT_EQ(text.find(",crash,"), std::string::npos) << text;
  EXPECT_NE(text.find(",crash: Aborted,1,1,interesting,it may,passed,"), std::string::npos) << text;
}

TEST(StressResults, TheTableShowsAnOutcomeThatWasNotDeclared) {
  const auto test = always("good");
  TestResult result;
  result.test = &test;
  result.trials = 1;
  result.found["surprise"] = {.samples = 1, .config = {}, .seed = 8, .report = {}};
  const std::string text = stress::table({result});
  EXPECT_NE(text.find("surprise"), std::string::npos);
  EXPECT_NE(text.find("not declared"), std::string::npos);
  EXPECT_EQ(text.substr(0, 6), "FAILED");
}

TEST(StressBoard, KeepsWhatItHasRoomForAndCutsWhatIsLong) {
  const stress::Shared<stress::Board> board;
  for (int i = 0; i < 100; ++i) board->record("outcome " + std::to_string(i));
  board->record(std::string(500, 'x'));
  int outcomes = 0;
  board->each_outcome([&](const std::string&, std::uint64_t) { ++outcomes; });
  EXPECT_EQ(outcomes, 32);
  const stress::Shared<stress::Board> other;
  other->record(std::string(500, 'x'));
  other->record(std::string(500, 'x'), 2);
  other->each_outcome([](const std::string& text, std::uint64_t samples) {
    EXPECT_EQ(text, std::string(100, 'x'));
    EXPECT_EQ(samples, 3U);
  });
}

}  // namespace
}  // namespace harness::testing
