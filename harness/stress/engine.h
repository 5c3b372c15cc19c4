// Engine: gives each test its share of a time budget, and makes what fails simpler.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/stress/results.h"

namespace harness::stress {

struct Settings {
  std::chrono::nanoseconds duration = std::chrono::seconds(60);
  std::chrono::nanoseconds patience = std::chrono::seconds(10);  // then a trial has hung
  std::uint64_t seed = 0;
  Faults faults = {};
  bool until_failure = false;  // of each test: go on with the next one after its first failure
  // A replay: each trial has exactly this config and `seed`, and the first failure ends it.
  std::optional<std::string> config = {};
};

class Engine;

// `on_failure` is called when a forbidden outcome is met for the first time, `on_turn` between two turns of
// tests.
struct Listener {
  std::function<void(const Test&, const std::string& outcome, const Found&)> on_failure = {};
  std::function<void(const Engine&)> on_turn = {};
};

class Engine {
 public:
  explicit Engine(std::vector<const Test*> tests, Settings settings, Listener listener = {});

  // Runs trials until the time is over, or this program is interrupted. The tests take turns, so that a
  // run that is ended early has tried all of them.
  void run();

  const std::vector<TestResult>& results() const { return results_; }
  std::uint64_t trials() const;
  std::chrono::nanoseconds elapsed() const { return Clock::now() - started_; }

 private:
  using Clock = std::chrono::steady_clock;

  bool is_over(const TestResult& result) const;
  bool time_is_over() const { return elapsed() >= settings_.duration; }
  void turn(TestResult& result, std::chrono::nanoseconds share);
  void try_once(TestResult& result);
  void add(TestResult& result, const Attempt& seen, const Config& config, std::uint64_t seed);
  Found simplified(const Test& test, const std::string& outcome, Found found) const;
  bool reproduces(const Test& test, const std::string& outcome, const Found& found,
                  Clock::time_point end) const;

  Settings settings_;
  Listener listener_;
  std::vector<TestResult> results_;
  Clock::time_point started_ = Clock::now();
  bool stopped_ = false;
};

}  // namespace harness::stress
