// The tests of barrier_generations (barrier_generations.h) over gilfree.
#include "scenarios/stress/barrier_generations.h"

#include <memory>
#include <vector>

#include "scenarios/support/gilfree_scope.h"
#include "scenarios/support/stress_registry.h"

#include <gilfree/barrier.h>

namespace scenarios {
namespace {

template <WorkerKind K>
std::vector<stress::Test> describe() {
  using Generations = checkers::Generations<gilfree::Barrier<GilfreeScope<K>>>;
  auto test =
      our_test("barrier_generations", "barrier", K, "No party passes before all have come.");
  test.outcomes = {
      {"passed", stress::Expect::kAcceptable, "after all had come"},
      {"passed early", stress::Expect::kForbidden, "before the last party came"},
      {"place given twice", stress::Expect::kForbidden, "two parties have one place in a round"},
      {"no such place", stress::Expect::kForbidden, "beyond the number of parties"},
      {"broken without a death", stress::Expect::kForbidden, "all parties came"}};
  test.limits.most_operations = Generations::kMostRounds;
  test.limits.most_actors = 6;
  if (K == WorkerKind::kProcesses) {
    test.limits.kills = true;
    test.outcomes.push_back({"broken", stress::Expect::kInteresting, "a party was killed"});
  }
  test.make = [](const stress::Config& config) {
    return std::make_unique<Generations>(config.actors);
  };
  return {test};
}

const RegisteredStress registered([] {
  return in_both_scopes([]<WorkerKind K>() { return describe<K>(); });
});

}  // namespace
}  // namespace scenarios
