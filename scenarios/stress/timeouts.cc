// timeouts: a wait that says that it was too late has waited that long, whatever interrupts it meanwhile.
#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "scenarios/support/gilfree_scope.h"
#include "scenarios/support/stress_registry.h"

#include <gilfree/condition.h>
#include <gilfree/event.h>
#include <gilfree/lock.h>
#include <gilfree/queue.h>
#include <gilfree/semaphore.h>

namespace scenarios {
namespace {

using Nanoseconds = std::chrono::nanoseconds;

// Actor 0 lets now and then what the others wait for come true; most waits are in vain.
template <WorkerKind K>
class Timeouts : public stress::Body {
  using Scope = GilfreeScope<K>;

 public:
  Timeouts() { full_.put(1); }

  void act(stress::Actor& me) override {
    for (int i = 0; i < me.config().operations; ++i) {
      me.number() == 0 ? disturb(me) : wait(me);
    }
  }
  void judge(const stress::Judged&) override {}

 private:
  void disturb(stress::Actor& me) {
    me.at("disturbs");
    {
      const std::scoped_lock hold(condition_);
      condition_.notify_all();
    }
    permits_.release();
    event_.set();
    event_.clear();
    const std::scoped_lock hold(lock_);
    me.at("holds the lock");
  }

  void wait(stress::Actor& me) {
    const Nanoseconds time(me.random().magnitude(3'000'000));
    const auto choice = me.random().below(6);
    me.at("waits");
    const auto start = std::chrono::steady_clock::now();
    const bool in_time = wait_for(choice, time);
    const auto waited = std::chrono::steady_clock::now() - start;
    me.record(in_time ? "in time" : waited >= time ? "late as asked" : "too early");
  }

  bool wait_for(std::uint64_t choice, Nanoseconds time) {
    switch (choice) {
      case 0:
        if (!lock_.try_lock_for(time)) return false;
        lock_.unlock();
        return true;
      case 1:
        return permits_.try_acquire_for(time);
      case 2:
        return event_.wait_for(time);
      case 3:
        return empty_.try_get_for(time).has_value();
      case 4:
        return full_.try_put_for(1, time);
      default: {
        const std::scoped_lock hold(condition_);
        return condition_.wait_for(time);
      }
    }
  }

  gilfree::Lock<Scope> lock_;
  gilfree::Semaphore<Scope> permits_{0};
  gilfree::Event<Scope> event_;
  gilfree::Queue<long, Scope> empty_{1}, full_{1};
  gilfree::Condition<Scope> condition_;
};

template <WorkerKind K>
std::vector<stress::Test> describe() {
  auto test = our_test("timeouts", "all", K, "No wait gives up early.");
  test.outcomes = {
      {"in time", stress::Expect::kAcceptable, "what it waited for came"},
      {"late as asked", stress::Expect::kAcceptable, "not before its time was over"},
      {"too early", stress::Expect::kForbidden, "it gave up before its time was over"}};
  test.limits.most_operations = 30;
  test.make = [](const stress::Config&) { return std::make_unique<Timeouts<K>>(); };
  return {test};
}

const RegisteredStress registered([] {
  return in_both_scopes([]<WorkerKind K>() { return describe<K>(); });
});

}  // namespace
}  // namespace scenarios
