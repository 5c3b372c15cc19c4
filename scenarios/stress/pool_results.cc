// The tests of pool_results (pool_results.h) over gilfree.
#include "scenarios/stress/pool_results.h"

#include <memory>
#include <vector>

#include "scenarios/support/gilfree_scope.h"
#include "scenarios/support/stress_registry.h"

#include <gilfree/pool.h>

namespace scenarios {
namespace {

template <WorkerKind K>
std::vector<stress::Test> describe() {
  auto test = our_test("pool_results", "pool", K, "Each call gets its own result, once.");
  test.outcomes = {
      {"right", stress::Expect::kAcceptable, "as many as inputs, in their order"},
      {"task threw", stress::Expect::kAcceptable, "what a task throws reaches the caller"},
      {"wrong result", stress::Expect::kForbidden, "another call's result"},
      {"results missing", stress::Expect::kForbidden, "fewer or more than inputs"},
      {"exception lost", stress::Expect::kForbidden, "a task threw, apply returned"}};
  test.limits.across_processes = false;
  test.limits.least_actors = 1;
  test.limits.most_actors = 3;
  test.limits.most_operations = 30;
  test.make = [](const stress::Config& config) {
    return std::make_unique<checkers::PoolResults<gilfree::Pool<GilfreeScope<K>>>>(config);
  };
  return {test};
}

const RegisteredStress registered([] {
  return in_both_scopes([]<WorkerKind K>() { return describe<K>(); });
});

}  // namespace
}  // namespace scenarios
