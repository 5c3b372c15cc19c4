// The tests of shared_values (shared_values.h) over gilfree.
#include "scenarios/stress/shared_values.h"

#include <memory>
#include <vector>

#include "scenarios/support/gilfree_scope.h"
#include "scenarios/support/stress_registry.h"

#include <gilfree/value.h>

namespace scenarios {
namespace {

using namespace checkers;

template <typename Object, WorkerKind K, typename... Arguments>
stress::Test describe(const char* name, Arguments... arguments) {
  auto test = our_test("shared_values", name, K,
                       "What is changed under the lock is changed by one at a time, and stays.");
  test.outcomes = {
      {"whole", stress::Expect::kAcceptable, "each change was seen whole, and none was lost"},
      {"half done", stress::Expect::kForbidden, "a change was seen half done, or was lost"},
      {"never free again", stress::Expect::kForbidden, "a holder that ended keeps the lock"}};
  test.limits.most_actors = 5;
  if (K == WorkerKind::kProcesses) {
    test.limits.kills = true;
    test.outcomes.push_back({"abandoned", stress::Expect::kInteresting,
                             "a holder was killed, and the next owner knows"});
    test.outcomes.push_back(
        {"abandoned at the end", stress::Expect::kInteresting, "the last holder was killed"});
  }
  test.make = [=](const stress::Config&) {
    return std::make_unique<Transfers<Object>>(arguments...);
  };
  return test;
}

const RegisteredStress registered([] {
  return in_both_scopes([]<WorkerKind K>() {
    using S = GilfreeScope<K>;
    return std::vector{describe<gilfree::Value<Accounts, S>, K>("value"),
                       describe<gilfree::Array<long, S>, K>("array", kAccounts)};
  });
});

}  // namespace
}  // namespace scenarios
