#include "harness/stress/engine.h"

#include <algorithm>
#include <utility>

#include "harness/base/interruption.h"

namespace harness::stress {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr int kMostHangs = 3;  // of a test, or starved trials: each costs the whole patience
// A simpler config is taken if it fails so often in so many tries: once may be chance on a machine that is busy for a moment,
// and then its replay finds nothing.
constexpr int kFailuresOfASimpler = 3, kTriesOfASimpler = 30;
constexpr nanoseconds kSimplifying = 1s;  // for all that is tried of one failure

bool is_forbidden(const Test& test, const std::string& outcome) {
  return expectation_of(test, outcome).expect == Expect::kForbidden;
}

}  // namespace

Engine::Engine(std::vector<const Test*> tests, Settings settings, Listener listener)
    : settings_(std::move(settings)), listener_(std::move(listener)) {
  for (const Test* test : tests) {
    results_.emplace_back().test = test;
    if (settings_.config) (void)parse_config(*settings_.config, test->limits);
  }
}

std::uint64_t Engine::trials() const {
  std::uint64_t all = 0;
  for (const auto& each : results_) all += each.trials;
  return all;
}

bool Engine::is_over(const TestResult& result) const {
  const auto verdict = result.verdict();
  const bool failed =
      verdict == TestResult::Verdict::kFailed || verdict == TestResult::Verdict::kHung;
  return !result.skipped.empty() || result.hangs >= kMostHangs ||
         (failed && (settings_.until_failure || settings_.config));
}

void Engine::run() {
  started_ = Clock::now();
  const auto tests = static_cast<std::int64_t>(std::max<std::size_t>(1, results_.size()));
  const auto share = std::clamp<nanoseconds>(settings_.duration / tests / 3, 20ms, 2s);
  while (!stopped_ && !time_is_over()) {
    bool any = false;
    for (TestResult& each : results_) {
      if (is_over(each) || stopped_ || time_is_over()) continue;
      turn(each, share);
      any = true;
      if (listener_.on_turn) listener_.on_turn(*this);
    }
    if (!any) return;
  }
}

void Engine::turn(TestResult& result, nanoseconds share) {
  const auto end = Clock::now() + share;
  do {
    try_once(result);
  } while (!stopped_ && !is_over(result) && !time_is_over() && Clock::now() < end);
}

void Engine::try_once(TestResult& result) {
  const Test& test = *result.test;
  std::uint64_t seed = settings_.seed;
  Config config;
  if (settings_.config) {
    config = parse_config(*settings_.config, test.limits);
  } else {
    seed = seed_for(seed_for(settings_.seed, test.name), result.trials);
    Random random(seed);
    config = random_config(test.limits, settings_.faults, random);
  }
  const Attempt seen = attempt(test, config, seed, settings_.patience);
  if (seen.end == Attempt::End::kInterrupted) {
    stopped_ = true;
    return;
  }
  if (seen.end == Attempt::End::kSkipped) {
    result.skipped = seen.outcomes.empty() ? "no reason given" : seen.outcomes.begin()->first;
    return;
  }
  ++result.trials;
  add(result, seen, config, seed);
}

void Engine::add(TestResult& result, const Attempt& seen, const Config& config,
                 std::uint64_t seed) {
  const Test& test = *result.test;
  if (seen.end != Attempt::End::kEnded) ++result.hangs;
  for (const auto& [outcome, samples] : seen.outcomes) {
    auto& found = result.found[outcome];
    const bool is_new = found.samples == 0;
    found.samples += samples;
    if (!is_new) continue;
    found.config = config;
    found.seed = seed;
    if (is_hang(outcome) || outcome == kStarvedOutcome) found.report = seen.report;
    if (!is_forbidden(test, outcome)) continue;
    if (!settings_.config && !is_hang(outcome)) found = simplified(test, outcome, found);
    if (listener_.on_failure) listener_.on_failure(test, outcome, found);
  }
}

// Tries each simplification, again and again, for as long as one of them still fails.
Found Engine::simplified(const Test& test, const std::string& outcome, Found found) const {
  const auto end = Clock::now() + kSimplifying;
  for (int part = 0; part < kSimplerParts && Clock::now() < end && !time_is_over();) {
    Found simpler = found;
    simpler.config = stress::simpler(found.config, test.limits, part);
    if (simpler.config != found.config && reproduces(test, outcome, simpler, end)) {
      found = simpler;
    } else {
      ++part;
    }
  }
  return found;
}

bool Engine::reproduces(const Test& test, const std::string& outcome, const Found& found,
                        Clock::time_point end) const {
  int failures = 0;
  for (int i = 0; i < kTriesOfASimpler && interrupted() == 0 && Clock::now() < end; ++i) {
    const Attempt seen = attempt(test, found.config, found.seed, settings_.patience);
    if (seen.outcomes.count(outcome) > 0 && ++failures == kFailuresOfASimpler) return true;
    if (seen.end != Attempt::End::kEnded) return false;
  }
  return false;
}

}  // namespace harness::stress
