// What the tests of the stress tests share: a registered test is run over a primitive that is broken in one place, and
// must say so in the outcome that it declares for that.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include "harness/stress/results.h"
#include "scenarios/support/stress_registry.h"

namespace scenarios::testing {

using stress::Config;
using Texts = std::set<std::string>;

inline const stress::Test& registered(const std::string& name) {
  for (const stress::Test* test : all_stress_tests()) {
    if (test->name == name) return *test;
  }
  throw std::logic_error("no stress test is called " + name);
}

// The outcomes of one trial, by what the test declares of them.
struct Seen {
  Texts forbidden, others;
};

inline Seen seen_by(const stress::Test& test, const Config& config, std::uint64_t seed = 1) {
  Seen seen;
  const auto attempt = stress::attempt(test, config, seed, std::chrono::milliseconds(500));
  for (const auto& [outcome, samples] : attempt.outcomes) {
    const auto expect = stress::expectation_of(test, outcome).expect;
    (expect == stress::Expect::kForbidden ? seen.forbidden : seen.others).insert(outcome);
  }
  return seen;
}

// A registered test, over the body that `make` makes of a Config.
template <typename Make>
stress::Test over(const std::string& name, Make make) {
  stress::Test test = registered(name);
  test.make = [make](const Config& config) -> std::unique_ptr<stress::Body> {
    return make(config);
  };
  return test;
}

// The same over Body(arguments...).
template <typename Body, typename... Arguments>
stress::Test over_body(const std::string& name, Arguments... arguments) {
  return over(name, [=](const Config&) { return std::make_unique<Body>(arguments...); });
}

// The outcomes that are forbidden and came in any of `most` trials, each with another seed; ends with the first that has
// one. For bugs that not every trial shows.
inline Texts first_forbidden(const stress::Test& test, const Config& config, int most = 60) {
  for (int seed = 1; seed <= most; ++seed) {
    auto seen = seen_by(test, config, static_cast<std::uint64_t>(seed));
    if (!seen.forbidden.empty()) return seen.forbidden;
  }
  return {};
}

inline Config many_delays(int actors, int operations) {
  return {.actors = actors, .operations = operations, .delays = Config::Delays::kMany};
}

}  // namespace scenarios::testing
