// linearizability: the operations of a queue, a lock, a semaphore and an event, as several actors saw them, have an order
// in which one after the other gives the same results; those of killed actors took effect or did not.
#pragma once

#include <algorithm>
#include <chrono>
#include <compare>
#include <memory>
#include <utility>
#include <vector>

#include "harness/stress/history.h"
#include "harness/stress/shared.h"
#include "scenarios/support/stress_registry.h"

namespace scenarios::checkers {

using stress::History;
using stress::Operation;
using namespace std::chrono_literals;

inline constexpr std::size_t kMostConfigurations = 50'000;  // beyond them a history is undecided

enum class Kind { kPut, kGet, kTake, kTryToTake, kGiveBack, kSet, kClear, kIsSet };

// What the library promises of each, one operation after the other.
enum class Discipline { kFifo, kLifo, kPriority };
template <Discipline kDiscipline>
struct QueueModel {
  std::vector<long> items;
  auto operator<=>(const QueueModel&) const = default;

  bool apply(const Operation& of) {
    if (static_cast<Kind>(of.kind) == Kind::kPut) {
      items.push_back(of.argument);
      return true;
    }
    if (items.empty()) return false;
    auto next = items.begin();
    if (kDiscipline == Discipline::kLifo) next = items.end() - 1;
    if (kDiscipline == Discipline::kPriority) next = std::min_element(items.begin(), items.end());
    if (!of.is_pending() && *next != of.result) return false;
    items.erase(next);
    return true;
  }
};

struct LockModel {
  int holder = -1;
  auto operator<=>(const LockModel&) const = default;

  bool apply(const Operation& of) {
    switch (static_cast<Kind>(of.kind)) {
      case Kind::kGiveBack:
        return std::exchange(holder, -1) == of.actor;
      case Kind::kTryToTake:
        if (of.result == 0) return holder >= 0;
        [[fallthrough]];
      default:
        return std::exchange(holder, holder < 0 ? of.actor : holder) < 0;
    }
  }
};

inline constexpr int kPermits = 2;
struct SemaphoreModel {
  int permits = kPermits;
  auto operator<=>(const SemaphoreModel&) const = default;

  bool apply(const Operation& of) {
    switch (static_cast<Kind>(of.kind)) {
      case Kind::kGiveBack:
        ++permits;
        return true;
      case Kind::kTryToTake:
        if (of.result == 0) return permits == 0;
        [[fallthrough]];
      default:
        return permits > 0 && permits-- > 0;
    }
  }
};

struct EventModel {
  bool is_set = false;
  auto operator<=>(const EventModel&) const = default;

  bool apply(const Operation& of) {
    const auto kind = static_cast<Kind>(of.kind);
    if (kind == Kind::kIsSet) return is_set == (of.result != 0);
    is_set = kind == Kind::kSet;
    return true;
  }
};

template <typename Queue>
class QueueSubject {
 public:
  QueueSubject() : queue_(stress::kMostActors * History::kMostOperations) {}

  void act(stress::Actor& me, History& history, int round) {
    const int actor = me.number();
    if (me.random().once_in(2)) {
      const long item = round * stress::kMostActors + actor;
      me.at("put");
      history.begin(actor, static_cast<int>(Kind::kPut), item);
      queue_.put(item);
      return history.end(actor);
    }
    me.at("get");
    history.begin(actor, static_cast<int>(Kind::kGet));
    const auto got = queue_.try_get_for(1ms);
    got ? history.end(actor, *got) : history.take_back(actor);
  }

 private:
  Queue queue_;
};

// What an actor does to what is held, a lock or a permit: takes it, by waiting or by trying, and gives it back.
template <typename Use>
class HoldingSubject {
 public:
  void act(stress::Actor& me, History& history, int) {
    const int actor = me.number();
    if (!history.has_room(actor, 2)) return;
    const bool waits = me.random().once_in(2);
    me.at(Use::kTaking);
    history.begin(actor, static_cast<int>(waits ? Kind::kTake : Kind::kTryToTake));
    bool has = true;
    waits ? use_.take() : void(has = use_.try_to_take());
    history.end(actor, has ? 1 : 0);
    if (!has) return;
    me.at(Use::kGivingBack);
    history.begin(actor, static_cast<int>(Kind::kGiveBack));
    use_.give_back();
    history.end(actor);
  }

 private:
  Use use_;
};

template <typename Lock>
class LockUse {
 public:
  static constexpr const char* kTaking = "lock";
  static constexpr const char* kGivingBack = "unlock";
  void take() { lock_.lock(); }
  bool try_to_take() { return lock_.try_lock(); }
  void give_back() { lock_.unlock(); }

 private:
  Lock lock_;
};

template <typename Semaphore>
class SemaphoreUse {
 public:
  static constexpr const char* kTaking = "acquire";
  static constexpr const char* kGivingBack = "release";
  void take() { semaphore_.acquire(); }
  bool try_to_take() { return semaphore_.try_acquire(); }
  void give_back() { semaphore_.release(); }

 private:
  Semaphore semaphore_{kPermits};
};

template <typename Lock>
using LockSubject = HoldingSubject<LockUse<Lock>>;
template <typename Semaphore>
using SemaphoreSubject = HoldingSubject<SemaphoreUse<Semaphore>>;

template <typename Event>
class EventSubject {
 public:
  void act(stress::Actor& me, History& history, int) {
    const int actor = me.number();
    const auto kind = static_cast<Kind>(static_cast<int>(Kind::kSet) + me.random().between(0, 2));
    me.at("event");
    history.begin(actor, static_cast<int>(kind));
    if (kind == Kind::kSet) event_.set();
    if (kind == Kind::kClear) event_.clear();
    history.end(actor, kind == Kind::kIsSet && event_.is_set() ? 1 : 0);
  }

 private:
  Event event_;
};

template <typename Subject, typename Model>
class Recorded : public stress::Body {
 public:
  void act(stress::Actor& me) override {
    const int most = std::min(me.config().operations, History::kMostOperations - 1);
    for (int round = 0; round < most && history_->has_room(me.number()); ++round) {
      subject_.act(me, *history_, round);
    }
  }
  void judge(const stress::Judged& trial) override {
    switch (stress::is_linearizable<Model>(history_->operations(), {}, kMostConfigurations)) {
      case stress::Linearizable::kYes:
        return trial.record("linearizable");
      case stress::Linearizable::kNo:
        return trial.record("not linearizable");
      default:
        return trial.record("undecided");
    }
  }

 private:
  Subject subject_;
  stress::Shared<History> history_;
};

}  // namespace scenarios::checkers
