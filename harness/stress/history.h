// History: the operations of a trial, with when each began and ended. In shared memory: it outlives its actors.
//
//   Shared<History> history;
//   history->begin(me.number(), kPut, item);
//   queue.put(item);
//   history->end(me.number());
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/stress/linearizability.h"

namespace harness::stress {

class History {
 public:
  static constexpr int kMostOperations = 64;  // of an actor; further ones are not recorded

  // Each actor calls these for itself. An operation that has begun and not ended when the actor is killed is
  // pending.
  void begin(int actor, int kind, long argument = 0) {
    Entries& mine = entries(actor);
    Operation& of = mine.operations[mine.begun % kMostOperations];
    of = {.actor = actor, .kind = kind, .argument = argument, .begin = clock_.fetch_add(1)};
    mine.begun.fetch_add(1);  // commit
  }
  void end(int actor, long result = 0) {
    Operation& of = last(actor);
    of.result = result;
    std::atomic_ref(of.end).store(clock_.fetch_add(1));  // commit
  }
  // The operation that began last had no effect, as a try that failed: takes it back.
  void take_back(int actor) { entries(actor).begun.fetch_sub(1); }

  // Returns whether an actor's next operations can be recorded, so many of them.
  bool has_room(int actor, std::size_t operations = 1) const {
    return actors_[index(actor)].begun + operations <= kMostOperations;
  }

  std::vector<Operation> operations() const {
    std::vector<Operation> all;
    for (const Entries& each : actors_) {
      all.insert(all.end(), each.operations.begin(),
                 each.operations.begin() + static_cast<std::ptrdiff_t>(each.begun.load()));
    }
    return all;
  }

 private:
  struct Entries {
    std::atomic<std::size_t> begun{0};
    std::array<Operation, kMostOperations> operations{};
  };

  static std::size_t index(int actor) { return static_cast<std::size_t>(actor); }
  Entries& entries(int actor) { return actors_[index(actor)]; }
  Operation& last(int actor) { return entries(actor).operations[entries(actor).begun - 1]; }

  std::atomic<std::uint64_t> clock_{1};
  std::array<Entries, kMostActors> actors_;
};

}  // namespace harness::stress
