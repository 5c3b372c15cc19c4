// peer_lock_deaths: what becomes of other libraries' locks between processes when a holder is killed. Theirs has no
// way to say that the last holder died but an error, so the test counts what a survivor can see.
#include <atomic>
#include <memory>
#include <utility>

#include "harness/stress/shared.h"
#include "scenarios/lock_contention.h"
#include "scenarios/support/stress_registry.h"

namespace scenarios {
namespace {

class PeerDeaths : public stress::Body {
 public:
  explicit PeerDeaths(LockContender::Made lock) : lock_(std::move(lock)) {}

  void act(stress::Actor& me) override {
    for (int i = 0; i < me.config().operations; ++i) {
      me.at("lock");
      lock_->lock();
      if (state_->first != state_->second) me.record("half done");
      state_->first.fetch_add(1);
      me.at("inside");
      state_->second.fetch_add(1);
      lock_->unlock();
    }
    me.record("got on");
  }
  void judge(const stress::Judged&) override {}

 private:
  struct State {
    std::atomic<int> first{0}, second{0};
  };

  LockContender::Made lock_;
  stress::Shared<State> state_;
};

const RegisteredStress registered([] {
  std::vector<stress::Test> tests;
  for (const auto& each : Roster<LockContender>::entries()) {
    if (!each.make || each.workers == WorkerKind::kThreads || each.family == "gilfree") continue;
    auto test = test_of(each, "peer_lock_deaths", "The lock of a killed holder passes on.");
    test.outcomes = {
        {"got on", stress::Expect::kAcceptable, "a survivor did all that it had to"},
        {"exception", stress::Expect::kInteresting, "a survivor gets an error"},
        {"half done", stress::Expect::kForbidden, "a survivor does not learn of the death"}};
    test.limits.kills = true;
    test.make = [make = each.make](const stress::Config&) {
      return std::make_unique<PeerDeaths>(make());
    };
    tests.push_back(std::move(test));
  }
  return tests;
});

}  // namespace
}  // namespace scenarios
