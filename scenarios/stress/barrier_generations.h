// barrier_generations: no party passes before all have come, round after round; each place is given once.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>

#include "harness/stress/shared.h"
#include "scenarios/support/stress_registry.h"

#include <gilfree/errors.h>

namespace scenarios::checkers {

template <typename Barrier>
class Generations : public stress::Body {
 public:
  static constexpr int kMostRounds = 100;

  explicit Generations(int parties) : barrier_(parties) {}

  void act(stress::Actor& me) override {
    try {
      for (int i = 0; i < me.config().operations; ++i)
        round(me, (*rounds_)[static_cast<std::size_t>(i)]);
    } catch (const gilfree::BrokenBarrier&) {
      me.record("broken");
    }
    ++*whole_;
  }
  // A party that was killed before it came is waited for, until the barrier is aborted.
  void ended(int) override {
    if (++*ended_ > *whole_) barrier_.abort();
  }
  void judge(const stress::Judged& trial) override {
    int killed = 0;
    for (int actor = 0; actor < trial.config.actors; ++actor) killed += trial.was_killed(actor);
    if (killed == 0 && barrier_.broken()) trial.record("broken without a death");
  }

 private:
  struct Round {
    std::atomic<int> came{0};
    std::atomic<unsigned> places{0};
  };

  void round(stress::Actor& me, Round& now) {
    now.came.fetch_add(1);
    me.at("wait");
    const auto place = static_cast<std::size_t>(barrier_.wait());
    const auto parties = static_cast<std::size_t>(me.config().actors);
    if (now.came < me.config().actors) return me.record("passed early");
    if (place >= parties) return me.record("no such place");
    const unsigned bit = 1U << place;
    me.record((now.places.fetch_or(bit) & bit) == 0 ? "passed" : "place given twice");
  }

  Barrier barrier_;
  stress::Shared<std::array<Round, kMostRounds>> rounds_;
  stress::Shared<std::atomic<int>> whole_{0}, ended_{0};
};

}  // namespace scenarios::checkers
