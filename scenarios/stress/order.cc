// order: a LifoQueue gives the newest item first and a PriorityQueue the least, also when several put and several
// get. All is put before the first is got, so that the order is known.
#include <atomic>
#include <functional>
#include <map>
#include <memory>

#include "harness/stress/shared.h"
#include "scenarios/support/gilfree_scope.h"
#include "scenarios/support/stress_registry.h"

#include <gilfree/lifo_queue.h>
#include <gilfree/priority_queue.h>

namespace scenarios {
namespace {

constexpr int kMostItems = 100;

struct Item {
  int producer, number, priority;
  friend bool operator<(const Item& one, const Item& other) {
    return one.priority < other.priority;
  }
};

template <typename Queue, bool kByPriority>
class Order : public stress::Body {
 public:
  explicit Order(const stress::Config& config)
      : queue_(static_cast<std::size_t>(config.actors * config.operations)) {}

  void act(stress::Actor& me) override {
    for (int i = 0; i < me.config().operations; ++i) {
      me.at("put");
      queue_.put({me.number(), i, me.random().between(0, 9)});
    }
    me.meet();
    std::map<int, int> newest;  // by producer
    int least = 0;
    while (true) {
      me.at("get");
      const auto item = queue_.try_get();
      if (!item) return;
      const auto last = newest.find(item->producer);
      const bool in_order = kByPriority ? item->priority >= least
                                        : last == newest.end() || item->number < last->second;
      me.record(in_order ? "in order" : "out of order");
      newest[item->producer] = item->number;
      least = item->priority;
    }
  }
  // try_get may fail beside another thread inside that lost its CPU, so some may be left.
  void judge(const stress::Judged& trial) override {
    while (queue_.try_get()) trial.record("left to the judge");
  }

 private:
  Queue queue_;
};

template <typename Queue, WorkerKind K, bool kByPriority>
stress::Test describe(const char* name) {
  auto test =
      our_test("order", name, K,
               kByPriority ? "The least item comes first." : "The newest item comes first.");
  test.outcomes = {{"in order", stress::Expect::kAcceptable, "of those that one consumer gets"},
                   {"left to the judge", stress::Expect::kInteresting,
                    "a try beside one that stood still failed"},
                   {"out of order", stress::Expect::kForbidden, "it should have come earlier"}};
  test.limits.most_operations = kMostItems;
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
