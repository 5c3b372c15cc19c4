// event_broadcast: set() lets all waiters go, those that wait and those that come later, and they see what was
// written before it.
#pragma once

#include <array>
#include <atomic>
#include <list>
#include <memory>

#include "harness/stress/shared.h"
#include "scenarios/support/stress_registry.h"

namespace scenarios::checkers {

template <typename Event>
class Broadcast : public stress::Body {
 public:
  static constexpr int kMostRounds = 40;

  explicit Broadcast(int rounds) : events_(static_cast<std::size_t>(rounds)) {}

  void act(stress::Actor& me) override {
    int round = 0;
    for (auto& event : events_) {
      if (me.number() == 0) {
        written_->at(static_cast<std::size_t>(round)).store(round + 1, std::memory_order_relaxed);
        me.at("set");
        event.set();
      } else {
        me.at("wait");
        event.wait();
        const auto seen =
            written_->at(static_cast<std::size_t>(round)).load(std::memory_order_relaxed);
        me.record(seen == round + 1 ? "woken" : "woken before it was set");
      }
      ++round;
    }
  }
  void judge(const stress::Judged& trial) override {
    for (auto& event : events_) trial.record(event.is_set() ? "set" : "not set");
  }

 private:
  std::list<Event> events_;
  stress::Shared<std::array<std::atomic<int>, kMostRounds>> written_;
};

}  // namespace scenarios::checkers
