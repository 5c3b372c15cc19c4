// The tests of event_broadcast (event_broadcast.h) over gilfree.
#include "scenarios/stress/event_broadcast.h"

#include <memory>
#include <vector>

#include "scenarios/support/gilfree_scope.h"
#include "scenarios/support/stress_registry.h"

#include <gilfree/event.h>

namespace scenarios {
namespace {

template <WorkerKind K>
std::vector<stress::Test> describe() {
  using Broadcast = checkers::Broadcast<gilfree::Event<GilfreeScope<K>>>;
  auto test = our_test("event_broadcast", "event", K, "set() lets all waiters go.");
  test.outcomes = {
      {"woken", stress::Expect::kAcceptable, "the waiter went on after set()"},
      {"set", stress::Expect::kAcceptable, "it stays set"},
      {"woken before it was set", stress::Expect::kForbidden, "what came before set() is not seen"},
      {"not set", stress::Expect::kForbidden, "set() had no effect"}};
  test.limits.most_operations = Broadcast::kMostRounds;
  test.limits.most_actors = 6;
  test.make = [](const stress::Config& config) {
    return std::make_unique<Broadcast>(config.operations);
  };
  return {test};
}

const RegisteredStress registered([] {
  return in_both_scopes([]<WorkerKind K>() { return describe<K>(); });
});

}  // namespace
}  // namespace scenarios
