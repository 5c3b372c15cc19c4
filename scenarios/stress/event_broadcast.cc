// event_broadcast: set() lets all waiters go, those that wait and those that come later, and they see what was
// written before it.
#include <array>
#include <atomic>
#include <list>
#include <memory>

#include "harness/stress/shared.h"
#include "scenarios/support/gilfree_scope.h"
#include "scenarios/support/stress_registry.h"

#include <gilfree/event.h>

namespace scenarios {
namespace {

constexpr int kMostRounds = 40;

template <WorkerKind K>
class Broadcast : public stress::Body {
 public:
  explicit Broadcast(int rounds) : events_(static_cast<std::size_t>(rounds)) {}

  void act(stress::Actor& me) override {
    int round = 0;
    for (auto& event : events_) {
      if (me.number() == 0) {
        written_->at(static_cast<std::size_t>(round)).store(round + 1, std::memory_order_relaxed);
        me.at("set");
        event.set();
      } else {
        me.at("wait");
        event.wait();
        const auto seen =
            written_->at(static_cast<std::size_t>(round)).load(std::memory_order_relaxed);
        me.record(seen == round + 1 ? "woken" : "woken before it was set");
      }
      ++round;
    }
  }
  void judge(const stress::Judged& trial) override {
    for (auto& event : events_) trial.record(event.is_set() ? "set" : "not set");
  }

 private:
  std::list<gilfree::Event<GilfreeScope<K>>> events_;
  stress::Shared<std::array<std::atomic<int>, kMostRounds>> written_;
};

template <WorkerKind K>
std::vector<stress::Test> describe() {
  auto test = our_test("event_broadcast", "event", K, "set() lets all waiters go.");
  test.outcomes = {
      {"woken", stress::Expect::kAcceptable, "the waiter went on after set()"},
      {"set", stress::Expect::kAcceptable, "it stays set"},
      {"woken before it was set", stress::Expect::kForbidden, "what came before set() is not seen"},
      {"not set", stress::Expect::kForbidden, "set() had no effect"}};
  test.limits.most_operations = kMostRounds;
  test.limits.most_actors = 6;
  test.make = [](const stress::Config& config) {
    return std::make_unique<Broadcast<K>>(config.operations);
  };
  return {test};
}

const RegisteredStress registered([] {
  return in_both_scopes([]<WorkerKind K>() { return describe<K>(); });
});

}  // namespace
}  // namespace scenarios
