// timeouts: a wait that says that it was too late has waited that long, whatever interrupts it meanwhile.
#pragma once

#include <chrono>
#include <mutex>

#include "scenarios/support/stress_registry.h"

namespace scenarios::checkers {

// Actor 0 lets now and then what the others wait for come true; most waits are in vain.
//
// Waits: the classes Lock, Semaphore, Event, Queue of longs, and Condition.
template <typename Waits>
class Timeouts : public stress::Body {
  using Nanoseconds = std::chrono::nanoseconds;
  static constexpr std::chrono::seconds kLate{1};

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
    me.record(in_time                 ? "in time"
              : waited < time         ? "too early"
              : waited - time > kLate ? "a second too late"
                                      : "late as asked");
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

  typename Waits::Lock lock_;
  typename Waits::Semaphore permits_{0};
  typename Waits::Event event_;
  typename Waits::Queue empty_{1}, full_{1};
  typename Waits::Condition condition_;
};

}  // namespace scenarios::checkers
