// mutual_exclusion: a lock lets one in at a time, and each unlock lets the next one in.
#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

#include "harness/stress/shared.h"
#include "scenarios/lock_contention.h"
#include "scenarios/support/stress_registry.h"

namespace scenarios {
namespace {

class Exclusion : public stress::Body {
 public:
  explicit Exclusion(LockContender::Made lock) : lock_(std::move(lock)) {}

  void act(stress::Actor& me) override {
    for (int i = 0; i < me.config().operations; ++i) {
      me.at("lock");
      lock_->lock();
      section(me);
      me.at("unlock");
      lock_->unlock();
      me.at("outside");
    }
  }

  void judge(const stress::Judged& trial) override {
    const auto wanted = static_cast<std::uint64_t>(trial.config.actors) *
                        static_cast<std::uint64_t>(trial.config.operations);
    const std::uint64_t collisions = shared_->collisions;
    if (collisions > 0) trial.record("two inside", collisions);
    if (shared_->count != wanted) trial.record("lost an update");
    trial.record("exclusive", wanted - std::min(wanted, collisions));
  }

 private:
  struct State {
    std::atomic<int> inside{0};
    std::atomic<std::uint64_t> count{0}, collisions{0};
  };

  // The count is read and written in two steps: atomic only so that a lock that fails is noticed instead of
  // being undefined behaviour.
  void section(stress::Actor& me) {
    if (shared_->inside.exchange(1) != 0) shared_->collisions.fetch_add(1);
    const auto before = shared_->count.load(std::memory_order_relaxed);
    me.at("inside");
    shared_->count.store(before + 1, std::memory_order_relaxed);
    shared_->inside.store(0);
  }

  LockContender::Made lock_;
  stress::Shared<State> shared_;
};

const RegisteredStress registered([] {
  std::vector<stress::Test> tests;
  for (const auto& each : Roster<LockContender>::entries()) {
    if (!each.make) continue;
    auto test = test_of(each, "mutual_exclusion", "A lock has one holder at a time.");
    test.outcomes = {
        {"exclusive", stress::Expect::kAcceptable, "one holder in a section"},
        {"two inside", stress::Expect::kForbidden, "two holders at once"},
        {"lost an update", stress::Expect::kForbidden, "a holder did not see the one before it"}};
    test.make = [make = each.make](const stress::Config&) {
      return std::make_unique<Exclusion>(make());
    };
    tests.push_back(std::move(test));
  }
  return tests;
});

}  // namespace
}  // namespace scenarios
