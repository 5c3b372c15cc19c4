// litmus: which outcomes the memory model and this CPU give for small programs of std::atomic. The relaxed forms may
// show what the ordered forms forbid: then the engine sees weak behaviour where there is some.
//
//   store_buffering    x = 1; r0 = y   |  y = 1; r1 = x            r0 r1: 0 0 only if not seq_cst
//   message_passing    x = 1; y = 1    |  r0 = y; r1 = x           r0 r1: 1 0 only if relaxed
//   iriw               x = 1 | y = 1 | r0 = x; r1 = y | r2 = y; r3 = x      1 0 1 0 only if not seq_cst
#pragma once

#include <array>
#include <atomic>
#include <string>

#include "harness/stress/shared.h"
#include "scenarios/support/stress_registry.h"

namespace scenarios::checkers {

using Word = std::atomic<int>;
inline constexpr std::memory_order kRelaxed = std::memory_order_relaxed;
inline constexpr std::memory_order kRelease = std::memory_order_release,
                                   kAcquire = std::memory_order_acquire,
                                   kSequential = std::memory_order_seq_cst;

// The two words of a round, apart, so that each is written from another core's cache.
struct Round {
  alignas(64) Word x{0};
  alignas(64) Word y{0};
  alignas(64) std::array<Word, 4> seen{};
};

// What each actor does in a round; `of` keeps what it read. The orders are constants: compilers take one that is
// known at run time only for the strongest.
using Program = void (*)(int actor, Round& of);

template <std::memory_order kStore, std::memory_order kLoad>
void store_buffering(int actor, Round& of) {
  Word& mine = actor == 0 ? of.x : of.y;
  Word& other = actor == 0 ? of.y : of.x;
  mine.store(1, kStore);
  of.seen[static_cast<std::size_t>(actor)].store(other.load(kLoad), kRelaxed);
}

template <std::memory_order kStore, std::memory_order kLoad>
void message_passing(int actor, Round& of) {
  if (actor == 0) {
    of.x.store(1, kRelaxed);
    of.y.store(1, kStore);
  } else {
    const int flag = of.y.load(kLoad);
    of.seen[1].store(of.x.load(kRelaxed), kRelaxed);
    of.seen[0].store(flag, kRelaxed);
  }
}

template <std::memory_order kStore, std::memory_order kLoad>
void iriw(int actor, Round& of) {
  if (actor == 0) return of.x.store(1, kStore);
  if (actor == 1) return of.y.store(1, kStore);
  Word& first = actor == 2 ? of.x : of.y;
  Word& second = actor == 2 ? of.y : of.x;
  const int one = first.load(kLoad), other = second.load(kLoad);
  const auto at = static_cast<std::size_t>(actor - 2) * 2;
  of.seen[at].store(one, kRelaxed);
  of.seen[at + 1].store(other, kRelaxed);
}

inline constexpr int kRounds = 200;  // each on words of its own, between two counts of the outcomes

template <Program kProgram, int kWords>
class Litmus : public stress::Body {
 public:
  void act(stress::Actor& me) override {
    for (int i = 0; i < me.config().operations; ++i) {
      me.at("meet");
      for (Round& each : *rounds_) {
        me.meet();
        kProgram(me.number(), each);
      }
      me.meet();
      if (me.number() == 0) count_and_clear(me);
    }
  }
  void judge(const stress::Judged&) override {}

 private:
  void count_and_clear(stress::Actor& me) {
    for (Round& each : *rounds_) {
      std::string outcome;
      for (int i = 0; i < kWords; ++i) {
        outcome += (i == 0 ? "" : " ") + std::to_string(each.seen[static_cast<std::size_t>(i)]);
      }
      me.record(outcome);
      each.x = each.y = 0;
      for (auto& word : each.seen) word = 0;
    }
  }

  stress::Shared<std::array<Round, kRounds>> rounds_;
};

}  // namespace scenarios::checkers
