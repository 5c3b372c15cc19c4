// The tests of timeouts (timeouts.h) over gilfree.
#include "scenarios/stress/timeouts.h"

#include <memory>
#include <vector>

#include "scenarios/support/gilfree_scope.h"
#include "scenarios/support/stress_registry.h"

#include <gilfree/condition.h>
#include <gilfree/event.h>
#include <gilfree/lock.h>
#include <gilfree/queue.h>
#include <gilfree/semaphore.h>

namespace scenarios {
namespace {

template <typename Scope>
struct Waits {
  using Lock = gilfree::Lock<Scope>;
  using Semaphore = gilfree::Semaphore<Scope>;
  using Event = gilfree::Event<Scope>;
  using Queue = gilfree::Queue<long, Scope>;
  using Condition = gilfree::Condition<Scope>;
};

template <WorkerKind K>
std::vector<stress::Test> describe() {
  auto test = our_test("timeouts", "all", K, "No wait gives up early.");
  test.outcomes = {
      {"in time", stress::Expect::kAcceptable, "what it waited for came"},
      {"late as asked", stress::Expect::kAcceptable, "not before its time was over"},
      {"a second too late", stress::Expect::kInteresting,
       "so may be a machine that is busy or freezes"},
      {"too early", stress::Expect::kForbidden, "it gave up before its time was over"}};
  test.limits.most_operations = 30;
  test.make = [](const stress::Config&) {
    return std::make_unique<checkers::Timeouts<Waits<GilfreeScope<K>>>>();
  };
  return {test};
}

const RegisteredStress registered([] {
  return in_both_scopes([]<WorkerKind K>() { return describe<K>(); });
});

}  // namespace
}  // namespace scenarios
