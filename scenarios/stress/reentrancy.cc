// reentrancy: an RLock that is taken several times is free after as many releases, and not one earlier.
#include <atomic>
#include <memory>

#include "harness/stress/shared.h"
#include "scenarios/support/gilfree_scope.h"
#include "scenarios/support/stress_registry.h"

#include <gilfree/lock.h>

namespace scenarios {
namespace {

template <WorkerKind K>
class Reentrancy : public stress::Body {
 public:
  void act(stress::Actor& me) override {
    for (int i = 0; i < me.config().operations; ++i) {
      const int depth = me.random().between(1, 4);
      for (int taken = 0; taken < depth; ++taken) {
        me.at("lock");
        lock_.lock();
        owner_->store(me.number());
      }
      for (int left = depth; left > 0; --left) {
        me.at("unlock");
        me.record(*owner_ == me.number() && lock_.owned() ? "held" : "another inside");
        lock_.unlock();
      }
    }
  }
  void judge(const stress::Judged& trial) override {
    trial.record(lock_.locked() ? "still held" : "free");
  }

 private:
  gilfree::RLock<GilfreeScope<K>> lock_;
  stress::Shared<std::atomic<int>> owner_{-1};
};

template <WorkerKind K>
std::vector<stress::Test> describe() {
  auto test = our_test("reentrancy", "rlock", K, "An RLock is held until its last release.");
  test.outcomes = {{"held", stress::Expect::kAcceptable, "by the one that took it, at each depth"},
                   {"free", stress::Expect::kAcceptable, "after as many releases"},
                   {"another inside", stress::Expect::kForbidden, "released too early"},
                   {"still held", stress::Expect::kForbidden, "a release was lost"}};
  test.limits.most_operations = 100;
  test.make = [](const stress::Config&) { return std::make_unique<Reentrancy<K>>(); };
  return {test};
}

const RegisteredStress registered([] {
  return in_both_scopes([]<WorkerKind K>() { return describe<K>(); });
});

}  // namespace
}  // namespace scenarios
