// pool_results: several threads give one pool calls of each form, and each gets its own results, in order.
#pragma once

#include <stdexcept>
#include <vector>

#include "scenarios/support/stress_registry.h"

namespace scenarios::checkers {

inline int twice(int number) {
  if (number < 0) throw std::out_of_range("negative");
  return 2 * number;
}

// The actors are threads in either scope: a pool belongs to the process that made it.
template <typename Pool>
class PoolResults : public stress::Body {
 public:
  explicit PoolResults(const stress::Config& config) : pool_(1 + config.operations % 3) {}

  void act(stress::Actor& me) override {
    for (int i = 0; i < me.config().operations; ++i) {
      const int first = me.number() * 1'000'000 + i * 100;
      std::vector<int> inputs;
      for (int each = me.random().between(0, 20); each > 0; --each) inputs.push_back(first + each);
      call(me, first, inputs);
    }
  }
  void judge(const stress::Judged&) override {}

 private:
  void call(stress::Actor& me, int number, const std::vector<int>& inputs) {
    switch (me.random().below(4)) {
      case 0:
        me.at("apply");
        return me.record(pool_.apply(twice, number) == 2 * number ? "right" : "wrong result");
      case 1: {
        me.at("map");
        return check(me, inputs, pool_.map(twice, inputs));
      }
      case 2: {
        me.at("imap");
        std::vector<int> results;
        for (const int each : pool_.imap(twice, inputs)) results.push_back(each);
        return check(me, inputs, results);
      }
      default:
        me.at("apply that throws");
        try {
          (void)pool_.apply(twice, -1);
          me.record("exception lost");
        } catch (const std::runtime_error&) {  // RemoteError, from a process
          me.record("task threw");
        } catch (const std::out_of_range&) {
          me.record("task threw");
        }
    }
  }
  static void check(stress::Actor& me, const std::vector<int>& inputs,
                    const std::vector<int>& results) {
    if (results.size() != inputs.size()) return me.record("results missing");
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (results[i] != 2 * inputs[i]) return me.record("wrong result");
    }
    me.record("right");
  }

  Pool pool_;
};

}  // namespace scenarios::checkers
