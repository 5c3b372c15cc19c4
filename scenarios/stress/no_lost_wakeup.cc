// no_lost_wakeup: two that wake each other in turn get on, whenever each goes to sleep.
#include <atomic>
#include <memory>
#include <utility>

#include "harness/stress/shared.h"
#include "scenarios/support/stress_registry.h"
#include "scenarios/wakeup.h"

namespace scenarios {
namespace {

class WakeInTurn : public stress::Body {
 public:
  explicit WakeInTurn(const WakeupContender& contender)
      : there_(contender.make()), back_(contender.make()) {}

  void act(stress::Actor& me) override {
    const bool leads = me.number() == 0;
    for (int i = 0; i < me.config().operations; ++i) {
      if (leads) wake(me, *there_, wakes_->there);
      leads ? wait(me, *back_, wakes_->back, i) : wait(me, *there_, wakes_->there, i);
      if (!leads) wake(me, *back_, wakes_->back);
    }
  }
  void judge(const stress::Judged&) override {}

 private:
  struct Wakes {
    std::atomic<int> there{0}, back{0};
  };

  static void wake(stress::Actor& me, AnySignal& signal, std::atomic<int>& wakes) {
    me.at("wake");
    wakes.fetch_add(1);
    signal.wake();
  }
  static void wait(stress::Actor& me, AnySignal& signal, const std::atomic<int>& wakes, int waits) {
    me.at("wait");
    signal.wait();
    me.record(wakes > waits ? "woken" : "woken by none");
    signal.rearm();
  }

  WakeupContender::Made there_, back_;
  stress::Shared<Wakes> wakes_;
};

const RegisteredStress registered([] {
  std::vector<stress::Test> tests;
  for (const auto& each : Roster<WakeupContender>::entries()) {
    if (!each.make || each.variant == "barrier_round") continue;  // barrier_generations has those
    auto test = test_of(each, "no_lost_wakeup", "Each wake-up wakes.");
    test.outcomes = {
        {"woken", stress::Expect::kAcceptable, "each wait ended"},
        {"woken by none", stress::Expect::kForbidden, "a wait ended before its wake-up began"}};
    test.limits.most_actors = 2;
    test.make = [&each](const stress::Config&) { return std::make_unique<WakeInTurn>(each); };
    tests.push_back(std::move(test));
  }
  return tests;
});

}  // namespace
}  // namespace scenarios
