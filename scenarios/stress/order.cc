// The tests of order (order.h) over gilfree.
#include "scenarios/stress/order.h"

#include <functional>
#include <memory>
#include <vector>

#include "scenarios/support/gilfree_scope.h"
#include "scenarios/support/stress_registry.h"

#include <gilfree/lifo_queue.h>
#include <gilfree/priority_queue.h>

namespace scenarios {
namespace {

using checkers::Order;
using Item = checkers::OrderedItem;

template <typename Queue, WorkerKind K, bool kByPriority>
stress::Test describe(const char* name) {
  auto test =
      our_test("order", name, K,
               kByPriority ? "The least item comes first." : "The newest item comes first.");
  test.outcomes = {{"in order", stress::Expect::kAcceptable, "of those that one consumer gets"},
                   {"left to the judge", stress::Expect::kInteresting,
                    "a try beside one that stood still failed"},
                   {"out of order", stress::Expect::kForbidden, "it should have come earlier"}};
  test.limits.most_operations = 100;
  test.make = [](const stress::Config& config) {
    return std::make_unique<Order<Queue, kByPriority>>(config);
  };
  return test;
}

template <WorkerKind K>
std::vector<stress::Test> describe_all() {
  using Scope = GilfreeScope<K>;
  return {describe<gilfree::LifoQueue<Item, Scope>, K, false>("lifo_queue"),
          describe<gilfree::PriorityQueue<Item, std::less<>, Scope>, K, true>("priority_queue")};
}

const RegisteredStress registered([] {
  return in_both_scopes([]<WorkerKind K>() { return describe_all<K>(); });
});

}  // namespace
}  // namespace scenarios
