// reentrancy: an RLock that is taken several times is free after as many releases, and not one earlier.
#pragma once

#include <atomic>

#include "harness/stress/shared.h"
#include "scenarios/support/stress_registry.h"

namespace scenarios::checkers {

template <typename RLock>
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
  RLock lock_;
  stress::Shared<std::atomic<int>> owner_{-1};
};

}  // namespace scenarios::checkers
