// no_lost_wakeup: two that wake each other in turn get on, whenever each goes to sleep.
#include <memory>
#include <utility>

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
      if (leads) wake(me, *there_);
      wait(me, leads ? *back_ : *there_);
      if (!leads) wake(me, *back_);
    }
    me.record("woken", static_cast<std::uint64_t>(me.config().operations));
  }
  void judge(const stress::Judged&) override {}

 private:
  static void wake(stress::Actor& me, AnySignal& signal) {
    me.at("wake");
    signal.wake();
  }
  static void wait(stress::Actor& me, AnySignal& signal) {
    me.at("wait");
    signal.wait();
    signal.rearm();
  }

  WakeupContender::Made there_, back_;
};

const RegisteredStress registered([] {
  std::vector<stress::Test> tests;
  for (const auto& each : Roster<WakeupContender>::entries()) {
    if (!each.make || each.variant == "barrier_round") continue;  // barrier_generations has those
    auto test = test_of(each, "no_lost_wakeup", "Each wake-up wakes.");
    test.outcomes = {{"woken", stress::Expect::kAcceptable, "each wait ended"}};
    test.limits.most_actors = 2;
    test.make = [&each](const stress::Config&) { return std::make_unique<WakeInTurn>(each); };
    tests.push_back(std::move(test));
  }
  return tests;
});

}  // namespace
}  // namespace scenarios
