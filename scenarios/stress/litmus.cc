// The tests of litmus (litmus.h): std::atomic between threads and between processes.
#include "scenarios/stress/litmus.h"

#include <memory>
#include <string>
#include <vector>

#include "scenarios/support/stress_registry.h"

namespace scenarios {
namespace {

using namespace checkers;

// All outcomes of so many words that are 0 or 1, of which `weak` is what it is about.
std::vector<stress::Outcome> outcomes_of(int words, const std::string& weak, stress::Expect expect,
                                         const std::string& why) {
  std::vector<stress::Outcome> all;
  for (int bits = 0; bits < 1 << words; ++bits) {
    std::string text;
    for (int i = words - 1; i >= 0; --i) {
      text += ((bits >> i) & 1) != 0 ? "1" : "0";
      if (i > 0) text += " ";
    }
    const bool is_weak = text == weak;
    all.push_back({text, is_weak ? expect : stress::Expect::kAcceptable,
                   is_weak ? why : "some order of the stores explains it"});
  }
  return all;
}

template <Program kProgram, int kWords>
stress::Test describe(const char* name, const char* form, WorkerKind kind, const std::string& weak,
                      bool forbidden) {
  auto test = our_test("litmus", std::string(name) + "/orders:" + form, kind,
                       "The memory model holds on this CPU.");
  test.outcomes = outcomes_of(kWords, weak,
                              forbidden ? stress::Expect::kForbidden : stress::Expect::kInteresting,
                              forbidden ? "the orders forbid it" : "weak: the orders allow it");
  test.limits.least_actors = test.limits.most_actors = kWords == 4 ? 4 : 2;
  test.limits.most_operations = 40;
  test.make = [](const stress::Config&) { return std::make_unique<Litmus<kProgram, kWords>>(); };
  return test;
}

template <WorkerKind K>
std::vector<stress::Test> describe_all() {
  return {describe<store_buffering<kRelaxed, kRelaxed>, 2>("store_buffering", "relaxed", K, "0 0",
                                                           false),
          describe<store_buffering<kRelease, kAcquire>, 2>("store_buffering", "release", K, "0 0",
                                                           false),
          describe<store_buffering<kSequential, kSequential>, 2>("store_buffering", "seq_cst", K,
                                                                 "0 0", true),
          describe<message_passing<kRelaxed, kRelaxed>, 2>("message_passing", "relaxed", K, "1 0",
                                                           false),
          describe<message_passing<kRelease, kAcquire>, 2>("message_passing", "release", K, "1 0",
                                                           true),
          describe<iriw<kRelaxed, kRelaxed>, 4>("iriw", "relaxed", K, "1 0 1 0", false),
          describe<iriw<kSequential, kSequential>, 4>("iriw", "seq_cst", K, "1 0 1 0", true)};
}

const RegisteredStress registered([] {
  return in_both_scopes([]<WorkerKind K>() { return describe_all<K>(); });
});

}  // namespace
}  // namespace scenarios
