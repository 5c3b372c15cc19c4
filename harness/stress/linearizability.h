// Linearizability: whether a history of operations that overlapped could have come from one after the other.
//
//   struct Register { int value = 0; auto operator<=>(const Register&) const = default;
//                     bool apply(const Operation& of) { ... } };    // false: not in this state
//   is_linearizable<Register>(history, {}, 100'000)
//
// Wing and Gong's search (1993) as Lowe improved it (2017, "Testing for linearizability"): just in time, an
// operation is placed only when another must be, and each configuration is visited once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "harness/stress/board.h"

namespace harness::stress {

// `begin` and `end` are moments of one clock. An operation whose actor was killed in it has the end kPending: it
// took effect or it did not, and its result is not known.
struct Operation {
  static constexpr std::uint64_t kPending = UINT64_MAX;

  int actor = 0;
  int kind = 0;
  long argument = 0, result = 0;
  std::uint64_t begin = 0, end = kPending;

  bool is_pending() const { return end == kPending; }
};

enum class Linearizable { kYes, kNo, kUndecided };

// State is copied, is totally ordered, and has apply(const Operation&), which returns false if the
// operation cannot have its result in this state. kUndecided: more than `most` configurations at once.
template <typename State>
class LinearizabilityCheck {
 public:
  LinearizabilityCheck(State initial, std::size_t most) : most_(most) {
    configurations_.insert({0, std::move(initial)});
  }

  Linearizable operator()(const std::vector<Operation>& history) {
    for (const auto& [time, ends, at] : events_of(history)) {
      const Operation& of = history[at];
      if (!ends) {
        under_way_[static_cast<std::size_t>(of.actor)] = &of;
        continue;
      }
      if (!place(of)) return Linearizable::kUndecided;
      if (configurations_.empty()) return Linearizable::kNo;
      under_way_[static_cast<std::size_t>(of.actor)] = nullptr;
    }
    return Linearizable::kYes;
  }

 private:
  // The actors whose operation under way has taken effect, as bits; and the state.
  using Configuration = std::pair<std::uint32_t, State>;
  struct Event {
    std::uint64_t time;
    bool ends;
    std::size_t at;
  };

  static std::vector<Event> events_of(const std::vector<Operation>& history) {
    std::vector<Event> events;
    for (std::size_t i = 0; i < history.size(); ++i) {
      events.push_back({history[i].begin, false, i});
      if (!history[i].is_pending()) events.push_back({history[i].end, true, i});
    }
    std::sort(events.begin(), events.end(),
              [](const Event& one, const Event& other) { return one.time < other.time; });
    return events;
  }

  // `of` returns: it has taken effect by now, after some of those under way. Returns false beyond the bound.
  bool place(const Operation& of) {
    const std::uint32_t bit = 1U << of.actor;
    std::set<Configuration> next, seen = std::move(configurations_);
    std::vector<Configuration> left(seen.begin(), seen.end());
    while (!left.empty()) {
      auto [done, state] = std::move(left.back());
      left.pop_back();
      if ((done & bit) != 0) {
        next.insert({done & ~bit, std::move(state)});
        continue;
      }
      for (std::uint32_t actor = 0; actor < kMostActors; ++actor) {
        const Operation* other = under_way_[actor];
        if (other == nullptr || (done & (1U << actor)) != 0) continue;
        Configuration after{done | (1U << actor), state};
        if (after.second.apply(*other) && seen.insert(after).second)
          left.push_back(std::move(after));
      }
      if (seen.size() > most_) return false;
    }
    configurations_ = std::move(next);
    return true;
  }

  const std::size_t most_;
  std::set<Configuration> configurations_;
  const Operation* under_way_[kMostActors]{};
};

template <typename State>
Linearizable is_linearizable(const std::vector<Operation>& history, State initial,
                             std::size_t most) {
  return LinearizabilityCheck<State>(std::move(initial), most)(history);
}

}  // namespace harness::stress
