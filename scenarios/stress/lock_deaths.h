// lock_deaths: whichever holder of a lock is killed, the others get on, one at a time, and the next holder gets to know.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <memory>

#include "harness/stress/shared.h"
#include "scenarios/support/stress_registry.h"

namespace scenarios::checkers {

template <typename Lock, bool kReentrant>
class Deaths : public stress::Body {
 public:
  void act(stress::Actor& me) override {
    for (int i = 0; i < me.config().operations; ++i) {
      const int depth = kReentrant ? me.random().between(1, 3) : 1;
      me.at("lock");
      for (int taken = 0; taken < depth; ++taken) lock_.lock();
      section(me);
      me.at("unlock");
      for (int taken = 0; taken < depth; ++taken) lock_.unlock();
    }
  }

  void judge(const stress::Judged& trial) override {
    if (!lock_.try_lock_for(std::chrono::seconds(5))) return trial.record("never free again");
    const bool abandoned = lock_.abandoned();
    if (abandoned) trial.record("abandoned at the end");
    const bool exact = state_->count == sum();
    trial.record(exact || abandoned ? "right" : "lost an update");
    lock_.unlock();
  }

 private:
  struct State {
    std::atomic<int> inside{0};
    std::atomic<long> count{0};
    std::array<std::atomic<long>, stress::kMostActors> done{};
  };

  long sum() const {
    long all = 0;
    for (const auto& each : state_->done) all += each;
    return all;
  }

  // Each actor counts for itself before the shared count: the next owner after a holder that was killed between the two
  // sets it right.
  void section(stress::Actor& me) {
    if (lock_.abandoned()) {
      me.record("abandoned");
      state_->inside = 0;
      state_->count = sum();
    }
    if (state_->inside.exchange(1) != 0) me.record("two inside");
    state_->done[static_cast<std::size_t>(me.number())].fetch_add(1);
    const long before = state_->count;
    me.at("inside");
    state_->count = before + 1;
    state_->inside = 0;
  }

  Lock lock_;
  stress::Shared<State> state_;
};

}  // namespace scenarios::checkers
