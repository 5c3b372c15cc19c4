// The example in the comment of stress/test.h: stress_test.cc compares the two.
#include "harness/tests/example_stress.h"

#include <atomic>
#include <memory>

#include "harness/stress/shared.h"

namespace harness::testing {

class Counter : public stress::Body {
 public:
  void act(stress::Actor& me) override {  // each actor: a thread or a process
    for (int i = 0; i < me.config().operations; ++i) {
      me.at("increments");  // a marked point: the schedule changes here
      count_->fetch_add(1);
    }
  }
  void judge(const stress::Judged& trial) override {  // when all actors have ended
    const int wanted = trial.config.actors * trial.config.operations;
    trial.record(*count_ == wanted ? "exact" : "lost an increment");
  }

 private:
  stress::Shared<std::atomic<int>> count_{0};
};

const stress::Test counter{
    .name = "counter/scope:processes",
    .promise = "Each increment counts.",
    .outcomes = {{"exact", stress::Expect::kAcceptable, "all increments are in the sum"},
                 {"lost an increment", stress::Expect::kForbidden, "two read the same value"}},
    .limits = {.most_actors = 4, .most_operations = 100, .across_processes = true},
    .make = [](const stress::Config&) { return std::make_unique<Counter>(); },
};

}  // namespace harness::testing
