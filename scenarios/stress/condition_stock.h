// condition_stock: producers and consumers of a stock, under one lock with two conditions. Each notification
// reaches a living waiter, and whichever actor is killed, the others get on.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>

#include "harness/stress/shared.h"
#include "scenarios/support/stress_registry.h"

namespace scenarios::checkers {

template <typename Lock, typename Condition>
class Stock : public stress::Body {
 public:
  explicit Stock(const stress::Config& config)
      : producers_(config.actors / 2), consumers_(config.actors - producers_) {}

  void act(stress::Actor& me) override {
    const bool produces = is_producer(me.number());
    for (int i = 0; !produces || i < me.config().operations; ++i) {
      me.at(produces ? "produce" : "consume");
      const std::scoped_lock hold(lock_);
      (produces ? not_full_ : not_empty_).wait([&] {
        repair();
        return produces ? state_->stock < kRoom || state_->over : state_->stock > 0 || state_->over;
      });
      if (produces ? state_->stock >= kRoom : state_->stock == 0) return;
      done(me.number())++;
      me.at("has changed half");
      state_->stock += produces ? 1 : -1;
      (produces ? not_empty_ : not_full_).notify_one();
    }
  }
  // All producers have ended, or all consumers have: the others are not to wait for them.
  void ended(int actor) override {
    const bool produced = is_producer(actor);
    const int all = produced ? producers_ : consumers_;
    if (++*(produced ? producers_ended_ : consumers_ended_) < all) return;
    const std::scoped_lock hold(lock_);
    repair();
    state_->over = true;
    not_full_.notify_all();
    not_empty_.notify_all();
  }
  void judge(const stress::Judged& trial) override {
    const std::scoped_lock hold(lock_);
    const bool abandoned = lock_.abandoned();
    repair();
    int consumers = 0;
    for (int i = producers_; i < trial.config.actors; ++i) consumers += !trial.was_killed(i);
    const bool right = state_->stock == in_books() && (state_->stock == 0 || consumers == 0);
    trial.record(abandoned || right ? "all consumed" : "wrong stock");
  }

 private:
  static constexpr long kRoom = 2;
  struct State {
    std::atomic<long> stock{0};
    std::atomic<bool> over{false};
    std::array<std::atomic<long>, stress::kMostActors> done{};
  };

  bool is_producer(int actor) const { return actor < producers_; }
  std::atomic<long>& done(int actor) { return state_->done[static_cast<std::size_t>(actor)]; }
  long in_books() {
    long all = 0;
    for (int actor = 0; actor < stress::kMostActors; ++actor) {
      all += is_producer(actor) ? done(actor).load() : -done(actor).load();
    }
    return all;
  }
  // A holder that was killed may not have come to change the stock, or to notify.
  void repair() {
    if (!lock_.abandoned()) return;
    state_->stock = in_books();
    not_full_.notify_all();
    not_empty_.notify_all();
  }

  const int producers_, consumers_;
  Lock lock_;
  Condition not_full_{lock_}, not_empty_{lock_};
  stress::Shared<State> state_;
  stress::Shared<std::atomic<int>> producers_ended_{0}, consumers_ended_{0};
};

}  // namespace scenarios::checkers
