// `bench-all stress` finds planted bugs, and does not complain of their sound twins.
#include <gtest/gtest.h>

#include "harness/base/cpus.h"
#include "harness/base/json.h"
#include "harness/stress/engine.h"
#include "harness/tests/planted/planted.h"

namespace harness::testing {
namespace {

using namespace std::chrono_literals;
using stress::Engine;
using stress::TestResult;

std::string bug_of(const stress::Test& test) { return test.name.substr(0, test.name.find('/')); }

class PlantedBug : public ::testing::TestWithParam<std::size_t> {};

std::string bug_name(const ::testing::TestParamInfo<std::size_t>& each) {
  return bug_of(all_planted(true).at(each.param));
}
INSTANTIATE_TEST_SUITE_P(All, PlantedBug,
                         ::testing::Range<std::size_t>(0, all_planted(true).size()), bug_name);

TEST_P(PlantedBug, IsFoundWithinTheBudgetAndReplays) {
  const auto test = all_planted(true).at(GetParam());
  if (bug_of(test) == "missing_fence" && allowed_cpus().size() < 2) {
    GTEST_SKIP() << "one CPU sees its own stores in order";
  }
  Engine engine({&test}, {.duration = 60s, .patience = 1s, .seed = 1, .until_failure = true});
  engine.run();
  const TestResult& result = engine.results().front();
  const auto verdict = result.verdict();
  EXPECT_TRUE(verdict == TestResult::Verdict::kFailed || verdict == TestResult::Verdict::kHung)
      << stress::table(engine.results());
  for (const auto& [outcome, found] : result.found) {
    if (stress::expectation_of(test, outcome).expect != stress::Expect::kForbidden) continue;
    Engine replay(
        {&test},
        {.duration = 60s, .patience = 1s, .seed = found.seed, .config = to_text(found.config)});
    replay.run();
    EXPECT_NE(replay.results().front().verdict(), TestResult::Verdict::kPassed)
        << stress::replay_command(test, found);
    return;
  }
}

// No time limit cuts a wait short here: a machine that is busy is not a hang.
TEST_P(PlantedBug, IsNotSeenInItsSoundTwin) {
  const auto test = all_planted(false).at(GetParam());
  Engine engine({&test}, {.duration = 300ms, .patience = 60s, .seed = 1});
  engine.run();
  EXPECT_EQ(engine.results().front().verdict(), TestResult::Verdict::kPassed)
      << stress::table(engine.results());
}

}  // namespace
}  // namespace harness::testing
