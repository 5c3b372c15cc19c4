// end_of_flow: a queue is closed while producers and consumers are at work. Each item whose put returned is got
// exactly once, then all get Closed; whichever process is killed, only what it had got already is lost.
#pragma once

#include <array>
#include <atomic>
#include <memory>

#include "harness/stress/shared.h"
#include "scenarios/support/stress_registry.h"

#include <gilfree/errors.h>

namespace scenarios::checkers {

struct FlowItem {
  int number, check;
  friend bool operator<(const FlowItem& one, const FlowItem& other) {
    return one.number < other.number;
  }
};

template <typename Queue>
std::unique_ptr<Queue> make_queue(const stress::Config& config) {
  if constexpr (requires { Queue(1U); }) {
    return std::make_unique<Queue>(1U << (config.operations % 5));
  } else {
    return std::make_unique<Queue>();
  }
}

template <typename Queue>
class EndOfFlow : public stress::Body {
 public:
  static constexpr int kMostItems = 150;  // of a producer

  explicit EndOfFlow(const stress::Config& config)
      : producers_(config.actors / 2),
        consumers_(config.actors - producers_),
        queue_(make_queue<Queue>(config)) {}

  void act(stress::Actor& me) override {
    try {
      me.number() < producers_ ? produce(me) : consume(me);
    } catch (const gilfree::Closed&) {
    }
  }
  // When the last producer has ended, so has the flow; and when the last consumer has been killed.
  void ended(int actor) override {
    const bool produced = actor < producers_;
    if (++*(produced ? producers_ended_ : consumers_ended_) ==
        (produced ? producers_ : consumers_)) {
      queue_->close();
    }
  }
  void judge(const stress::Judged& trial) override {
    drain();
    int consumers_killed = 0;
    for (int i = producers_; i < trial.config.actors; ++i) consumers_killed += trial.was_killed(i);
    int lost = 0;
    for (const auto& each : state_->fates) {
      const auto fate = each.load();
      if ((fate & kTwice) != 0) trial.record("got twice");
      if ((fate & kGot) != 0) trial.record("got");
      lost += fate == kPut ? 1 : 0;
    }
    if (state_->torn) trial.record("torn");
    if (lost > consumers_killed) trial.record("lost");
    if (lost > 0 && lost <= consumers_killed) trial.record("lost with a consumer");
  }

 private:
  enum Fate : unsigned { kPut = 1, kGot = 2, kTwice = 4 };
  struct State {
    std::array<std::atomic<unsigned>, kMostItems * stress::kMostActors> fates{};
    std::atomic<bool> torn{false};
  };

  std::atomic<unsigned>& fate(int number) {
    return state_->fates[static_cast<std::size_t>(number)];
  }

  void produce(stress::Actor& me) {
    for (int i = 0; i < me.config().operations; ++i) {
      const int number = me.number() * kMostItems + i;
      me.at("put");
      queue_->put({number, ~number});
      fate(number).fetch_or(kPut);
      if (me.random().once_in(1000)) queue_->close();
    }
  }
  void consume(stress::Actor& me) {
    while (true) {
      me.at("get");
      note(queue_->get());
      if constexpr (requires { queue_->task_done(); }) queue_->task_done();
    }
  }
  void note(const FlowItem& item) {
    if (item.check != ~item.number || item.number < 0 ||
        item.number >= static_cast<int>(state_->fates.size())) {
      state_->torn = true;
      return;
    }
    if ((fate(item.number).fetch_or(kGot) & kGot) != 0) fate(item.number).fetch_or(kTwice);
  }
  void drain() try {
    while (const auto left = queue_->try_get()) note(*left);
  } catch (const gilfree::Closed&) {
  }

  const int producers_, consumers_;
  std::unique_ptr<Queue> queue_;
  stress::Shared<State> state_;
  stress::Shared<std::atomic<int>> producers_ended_{0}, consumers_ended_{0};
};

}  // namespace scenarios::checkers
