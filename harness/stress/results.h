// Results: what was seen of each test, as a table and as stress.csv.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/stress/attempt.h"
#include "harness/stress/test.h"

namespace harness::stress {

// How an outcome was met first, made simpler if that was tried.
struct Found {
  std::uint64_t samples = 0;
  Config config;
  std::uint64_t seed = 0;
  std::string report;  // of a hang
};

struct TestResult {
  const Test* test = nullptr;
  std::uint64_t trials = 0;
  int hangs = 0;
  std::string skipped;  // the reason; empty if it ran
  std::map<std::string, Found> found;

  std::uint64_t samples() const;
  // kNotRun: there was no time for a trial.
  enum class Verdict { kPassed, kFailed, kHung, kUndecided, kSkipped, kNotRun };
  Verdict verdict() const;
};

// What a test says of an outcome; what it does not declare is forbidden.
struct Expectation {
  Expect expect;
  std::string why;
};
Expectation expectation_of(const Test& test, const std::string& outcome);

bool is_hang(const std::string& outcome);
std::string_view to_text(Expect expect);
std::string_view to_text(TestResult::Verdict verdict);

// The command that tries an outcome again: same seed, same circumstances.
std::string replay_command(const Test& test, const Found& found);

// RESULT, SAMPLES, FREQUENCY, EXPECT and WHY of each test. A declared outcome that was not seen has 0 samples;
// those that are forbidden share a line.
std::string table(const std::vector<TestResult>& results);

// The content of stress.csv.
std::string csv(const std::vector<TestResult>& results, const std::string& run_id);

// The exit code of a run: kFailed, kHung, kIncomparable if something is undecided, kNothingRan or kOk. Tests of
// peers do not count.
int exit_code(const std::vector<TestResult>& results);

}  // namespace harness::stress
