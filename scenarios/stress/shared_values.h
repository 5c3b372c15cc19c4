// shared_values: what actors do to a Value or an Array under its lock is done by one at a time and stays done; after a
// killed holder the next owner gets to know that it may be half done.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <numeric>
#include <span>

#include "harness/stress/shared.h"
#include "scenarios/support/stress_registry.h"

namespace scenarios::checkers {

inline constexpr std::size_t kAccounts = 8;
using Accounts = std::array<long, kAccounts>;

// The accounts in a Value<Accounts>, or in an Array<long>.
template <typename Object>
std::span<long> accounts_of(Object& object) {
  if constexpr (requires { object.value(); }) {
    return object.value();
  } else {
    return {object.begin(), object.size()};
  }
}

// Actors move amounts from one account to another, in two steps: the sum is the same whenever the lock is free.
template <typename Object>
class Transfers : public stress::Body {
 public:
  template <typename... Arguments>
  explicit Transfers(Arguments... arguments) : object_(arguments...) {}

  void act(stress::Actor& me) override {
    for (int i = 0; i < me.config().operations; ++i) {
      me.at("lock");
      object_.lock();
      if (object_.get_lock().abandoned()) set_right(me);
      if (sum() != 0) me.record("half done");
      move(me);
      moved_->fetch_add(1);
      object_.unlock();
    }
  }

  void judge(const stress::Judged& trial) override {
    if (!object_.try_lock_for(std::chrono::seconds(5))) return trial.record("never free again");
    const bool abandoned = object_.get_lock().abandoned();
    if (abandoned) trial.record("abandoned at the end");
    trial.record(sum() == 0 || abandoned ? "whole" : "half done", *moved_);
    object_.unlock();
  }

 private:
  long sum() {
    const auto accounts = accounts_of(object_);
    return std::accumulate(accounts.begin(), accounts.end(), 0L);
  }
  void set_right(stress::Actor& me) {
    me.record("abandoned");
    accounts_of(object_)[0] -= sum();
  }
  void move(stress::Actor& me) {
    const auto accounts = accounts_of(object_);
    const auto any = [&] {
      return static_cast<std::size_t>(me.random().between(0, static_cast<int>(kAccounts) - 1));
    };
    long& from = accounts[any()];
    const long amount = me.random().between(1, 100);
    from -= amount;
    me.at("between the steps");
    accounts[any()] += amount;
  }

  Object object_;
  stress::Shared<std::atomic<std::uint64_t>> moved_{0};
};

}  // namespace scenarios::checkers
