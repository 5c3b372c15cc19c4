// The tests of reentrancy (reentrancy.h) over gilfree.
#include "scenarios/stress/reentrancy.h"

#include <memory>
#include <vector>

#include "scenarios/support/gilfree_scope.h"
#include "scenarios/support/stress_registry.h"

#include <gilfree/lock.h>

namespace scenarios {
namespace {

template <WorkerKind K>
std::vector<stress::Test> describe() {
  auto test = our_test("reentrancy", "rlock", K, "An RLock is held until its last release.");
  test.outcomes = {{"held", stress::Expect::kAcceptable, "by the one that took it, at each depth"},
                   {"free", stress::Expect::kAcceptable, "after as many releases"},
                   {"another inside", stress::Expect::kForbidden, "released too early"},
                   {"still held", stress::Expect::kForbidden, "a release was lost"}};
  test.limits.most_operations = 100;
  test.make = [](const stress::Config&) {
    return std::make_unique<checkers::Reentrancy<gilfree::RLock<GilfreeScope<K>>>>();
  };
  return {test};
}

const RegisteredStress registered([] {
  return in_both_scopes([]<WorkerKind K>() { return describe<K>(); });
});

}  // namespace
}  // namespace scenarios
