// Stress tests that get into each kind of trouble.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/stress/test.h"

namespace harness::testing {

// What one does, and how one judges: a body of two functions, for tests.
class TwoFunctions : public stress::Body {
 public:
  using Act = std::function<void(stress::Actor&)>;
  using Judge = std::function<void(const stress::Judged&)>;

  TwoFunctions(Act act, Judge judge) : act_(std::move(act)), judge_(std::move(judge)) {}
  void act(stress::Actor& me) override { act_(me); }
  void judge(const stress::Judged& trial) override { judge_(trial); }

 private:
  Act act_;
  Judge judge_;
};

inline void no_judge(const stress::Judged&) {}

inline stress::Test test_that(TwoFunctions::Act act, bool across_processes,
                              TwoFunctions::Judge judge = no_judge) {
  stress::Test test{
      .name = std::string("fixture/scope:") + (across_processes ? "processes" : "threads"),
      .promise = "It holds.",
      .outcomes = {{"good", stress::Expect::kAcceptable, "as it should be"},
                   {"odd", stress::Expect::kInteresting, "allowed"},
                   {"bad", stress::Expect::kForbidden, "as it should not be"},
                   {"unclear", stress::Expect::kUndecided, "cannot be said"}}};
  test.limits = {.most_actors = 3, .most_operations = 50, .across_processes = across_processes};
  test.make = [act, judge](const stress::Config&) {
    return std::make_unique<TwoFunctions>(act, judge);
  };
  return test;
}

}  // namespace harness::testing
