// order: a LifoQueue gives the newest item first and a PriorityQueue the least, also when several put and several
// get. All is put before the first is got, so that the order is known.
#pragma once

#include <map>
#include <memory>

#include "harness/stress/shared.h"
#include "scenarios/support/stress_registry.h"

namespace scenarios::checkers {

struct OrderedItem {
  int producer, number, priority;
  friend bool operator<(const OrderedItem& one, const OrderedItem& other) {
    return one.priority < other.priority;
  }
};

template <typename Queue, bool kByPriority>
class Order : public stress::Body {
 public:
  explicit Order(const stress::Config& config)
      : queue_(static_cast<std::size_t>(config.actors * config.operations)) {}

  void act(stress::Actor& me) override {
    for (int i = 0; i < me.config().operations; ++i) {
      me.at("put");
      queue_.put({me.number(), i, me.random().between(0, 9)});
    }
    me.meet();
    std::map<int, int> newest;  // by producer
    int least = 0;
    while (true) {
      me.at("get");
      const auto item = queue_.try_get();
      if (!item) return;
      const auto last = newest.find(item->producer);
      const bool in_order = kByPriority ? item->priority >= least
                                        : last == newest.end() || item->number < last->second;
      me.record(in_order ? "in order" : "out of order");
      newest[item->producer] = item->number;
      least = item->priority;
    }
  }
  // try_get may fail beside another thread inside that lost its CPU, so some may be left.
  void judge(const stress::Judged& trial) override {
    while (queue_.try_get()) trial.record("left to the judge");
  }

 private:
  Queue queue_;
};

}  // namespace scenarios::checkers
