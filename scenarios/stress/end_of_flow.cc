// The tests of end_of_flow (end_of_flow.h) over gilfree.
#include "scenarios/stress/end_of_flow.h"

#include <functional>
#include <memory>
#include <vector>

#include "scenarios/support/gilfree_scope.h"
#include "scenarios/support/stress_registry.h"

#include <gilfree/joinable_queue.h>
#include <gilfree/lifo_queue.h>
#include <gilfree/priority_queue.h>
#include <gilfree/queue.h>
#include <gilfree/simple_queue.h>

namespace scenarios {
namespace {

using checkers::EndOfFlow;
using Item = checkers::FlowItem;

template <typename Queue, WorkerKind K>
stress::Test describe(const char* name) {
  auto test = our_test("end_of_flow", name, K, "A queue is drained before it ends.");
  test.outcomes = {
      {"got", stress::Expect::kAcceptable, "put once, got once"},
      {"lost", stress::Expect::kForbidden, "put returned, and no consumer gets the item"},
      {"got twice", stress::Expect::kForbidden, "two consumers have the item"},
      {"torn", stress::Expect::kForbidden, "what was got is no item"}};
  if (K == WorkerKind::kProcesses) {
    test.outcomes.push_back({"lost with a consumer", stress::Expect::kInteresting,
                             "a consumer was killed that had got it: one each at most"});
    test.limits.kills = true;
  }
  test.limits.most_actors = 6;
  test.limits.most_operations = EndOfFlow<Queue>::kMostItems;
  test.make = [](const stress::Config& config) {
    return std::make_unique<EndOfFlow<Queue>>(config);
  };
  return test;
}

template <WorkerKind K>
std::vector<stress::Test> describe_all() {
  using Scope = GilfreeScope<K>;
  return {describe<gilfree::Queue<Item, Scope>, K>("queue"),
          describe<gilfree::JoinableQueue<Item, Scope>, K>("joinable_queue"),
          describe<gilfree::LifoQueue<Item, Scope>, K>("lifo_queue"),
          describe<gilfree::PriorityQueue<Item, std::less<>, Scope>, K>("priority_queue")};
}

const RegisteredStress registered([] {
  auto tests = in_both_scopes([]<WorkerKind K>() { return describe_all<K>(); });
  tests.push_back(describe<gilfree::SimpleQueue<Item>, WorkerKind::kThreads>("simple_queue"));
  return tests;
});

}  // namespace
}  // namespace scenarios
