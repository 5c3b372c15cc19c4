// StressRegistry: the stress tests there are. Each file of scenarios/stress/ registers its own:
//
//   const RegisteredStress registered([] { return std::vector<stress::Test>{...}; });
//
// The function is called after all static objects have been made, so that it sees every contender.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/stress/test.h"
#include "scenarios/support/contender.h"
#include "scenarios/support/worker_kind.h"

namespace scenarios {

namespace stress = harness::stress;

class RegisteredStress {
 public:
  explicit RegisteredStress(std::vector<stress::Test> (*describe)());
};

// Returns all of them, by name; those of gilfree first.
const std::vector<const stress::Test*>& all_stress_tests();

// "mutual_exclusion/contender:lock/scope:threads"
inline std::string stress_name(std::string_view property, std::string_view contender,
                               WorkerKind kind) {
  return std::string(property) + "/contender:" + std::string(contender) +
         "/scope:" + (kind == WorkerKind::kThreads ? "threads" : "processes");
}

// Calls describe<K>() for threads and for processes, each of which returns tests, and returns all of them.
template <typename Describe>
std::vector<stress::Test> in_both_scopes(Describe describe) {
  auto all = describe.template operator()<WorkerKind::kThreads>();
  for (auto& each : describe.template operator()<WorkerKind::kProcesses>()) {
    all.push_back(std::move(each));
  }
  return all;
}

// A test of gilfree, with what every such test has.
inline stress::Test our_test(std::string_view property, std::string_view contender, WorkerKind kind,
                             std::string promise) {
  stress::Test test{.name = stress_name(property, contender, kind),
                    .promise = std::move(promise),
                    .outcomes = {}};
  test.limits.across_processes = kind == WorkerKind::kProcesses;
  return test;
}

// The same of a contender that is listed in a roster.
inline stress::Test test_of(const Contender& contender, std::string_view property,
                            std::string promise) {
  const std::string name = contender.variant.empty()
                               ? contender.name
                               : contender.name + "/operation:" + contender.variant;
  auto test = our_test(property, name, contender.workers, std::move(promise));
  test.is_peer = contender.family != "gilfree";
  return test;
}

}  // namespace scenarios
