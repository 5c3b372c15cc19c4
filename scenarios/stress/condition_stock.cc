// The tests of condition_stock (condition_stock.h) over gilfree.
#include "scenarios/stress/condition_stock.h"

#include <memory>
#include <vector>

#include "scenarios/support/gilfree_scope.h"
#include "scenarios/support/stress_registry.h"

#include <gilfree/condition.h>
#include <gilfree/lock.h>

namespace scenarios {
namespace {

template <WorkerKind K>
std::vector<stress::Test> describe() {
  using Scope = GilfreeScope<K>;
  using Stock = checkers::Stock<gilfree::Lock<Scope>, gilfree::Condition<Scope>>;
  auto test =
      our_test("condition_stock", "condition", K, "Each notification reaches a living waiter.");
  test.outcomes = {{"all consumed", stress::Expect::kAcceptable, "what was produced was consumed"},
                   {"wrong stock", stress::Expect::kForbidden, "an item is lost or counted twice"}};
  test.limits.most_actors = 6;
  test.limits.kills = K == WorkerKind::kProcesses;
  test.make = [](const stress::Config& config) { return std::make_unique<Stock>(config); };
  return {test};
}

const RegisteredStress registered([] {
  return in_both_scopes([]<WorkerKind K>() { return describe<K>(); });
});

}  // namespace
}  // namespace scenarios
