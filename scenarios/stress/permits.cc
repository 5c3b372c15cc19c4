// permits: no more holders of a semaphore at once than it has permits, and each release lets one in.
#include <atomic>
#include <memory>
#include <utility>

#include "harness/stress/shared.h"
#include "scenarios/semaphore_pool.h"
#include "scenarios/support/stress_registry.h"

namespace scenarios {
namespace {

int permits_of(const stress::Config& config) { return 1 + config.operations % 3; }

class Holders : public stress::Body {
 public:
  Holders(SemaphoreContender::Made permits, int most) : permits_(std::move(permits)), most_(most) {}

  void act(stress::Actor& me) override {
    std::uint64_t within = 0, above = 0;
    for (int i = 0; i < me.config().operations; ++i) {
      me.at("acquire");
      permits_->acquire();
      ++(inside_->fetch_add(1) < most_ ? within : above);
      me.at("inside");
      inside_->fetch_sub(1);
      me.at("release");
      permits_->release();
    }
    if (within > 0) me.record("within the permits", within);
    if (above > 0) me.record("too many inside", above);
  }
  void judge(const stress::Judged&) override {}

 private:
  SemaphoreContender::Made permits_;
  const int most_;
  stress::Shared<std::atomic<int>> inside_{0};
};

const RegisteredStress registered([] {
  std::vector<stress::Test> tests;
  for (const auto& each : Roster<SemaphoreContender>::entries()) {
    if (!each.make) continue;
    auto test = test_of(each, "permits", "No more are inside than there are permits.");
    test.outcomes = {
        {"within the permits", stress::Expect::kAcceptable, "as many holders as permits at most"},
        {"too many inside", stress::Expect::kForbidden, "more holders than permits"}};
    test.limits.most_actors = 6;
    test.make = [make = each.make](const stress::Config& config) {
      return std::make_unique<Holders>(make(permits_of(config)), permits_of(config));
    };
    tests.push_back(std::move(test));
  }
  return tests;
});

}  // namespace
}  // namespace scenarios
