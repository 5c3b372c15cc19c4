// litmus: which outcomes the memory model and this CPU give for small programs of std::atomic. The relaxed forms may
// show what the ordered forms forbid: then the engine sees weak behaviour where there is some.
//
//   store_buffering    x = 1; r0 = y   |  y = 1; r1 = x            r0 r1: 0 0 only if not seq_cst
//   message_passing    x = 1; y = 1    |  r0 = y; r1 = x           r0 r1: 1 0 only if relaxed
//   iriw               x = 1 | y = 1 | r0 = x; r1 = y | r2 = y; r3 = x      1 0 1 0 only if not seq_cst
#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "harness/stress/shared.h"
#include "scenarios/support/stress_registry.h"

namespace scenarios {
namespace {

using Word = std::atomic<int>;
constexpr std::memory_order kRelaxed = std::memory_order_relaxed;
constexpr std::memory_order kRelease = std::memory_order_release,
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

constexpr int kRounds = 200;  // each on words of its own, between two counts of the outcomes

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

// All outcomes of so many words that are 0 or 1, of which `weak` is what it is about.
std::vector<stress::Outcome> outcomes_of(int words, const std::string& weak, stress::Expect expect,
                                         const std::string& why) {
  std::vector<stress::Outcome> all;
  for (int bits = 0; bits < 1 << words; ++bits) {
    std::string text;
    for (int i = words - 1; i >= 0; --i) {
      text += ((bits >> i) & 1) != 0 ? "1" : "0";
      if (i > 0) text += " ";
    }
    const bool is_weak = text == weak;
    all.push_back({text, is_weak ? expect : stress::Expect::kAcceptable,
                   is_weak ? why : "some order of the stores explains it"});
  }
  return all;
}

template <Program kProgram, int kWords>
stress::Test describe(const char* name, const char* form, WorkerKind kind, const std::string& weak,
                      bool forbidden) {
  auto test = our_test("litmus", std::string(name) + "/orders:" + form, kind,
                       "The memory model holds on this CPU.");
  test.outcomes = outcomes_of(kWords, weak,
                              forbidden ? stress::Expect::kForbidden : stress::Expect::kInteresting,
                              forbidden ? "the orders forbid it" : "weak: the orders allow it");
  test.limits.least_actors = test.limits.most_actors = kWords == 4 ? 4 : 2;
  test.limits.most_operations = 40;
  test.make = [](const stress::Config&) { return std::make_unique<Litmus<kProgram, kWords>>(); };
  return test;
}

template <WorkerKind K>
std::vector<stress::Test> describe_all() {
  return {describe<store_buffering<kRelaxed, kRelaxed>, 2>("store_buffering", "relaxed", K, "0 0",
                                                           false),
          describe<store_buffering<kRelease, kAcquire>, 2>("store_buffering", "release", K, "0 0",
                                                           false),
          describe<store_buffering<kSequential, kSequential>, 2>("store_buffering", "seq_cst", K,
                                                                 "0 0", true),
          describe<message_passing<kRelaxed, kRelaxed>, 2>("message_passing", "relaxed", K, "1 0",
                                                           false),
          describe<message_passing<kRelease, kAcquire>, 2>("message_passing", "release", K, "1 0",
                                                           true),
          describe<iriw<kRelaxed, kRelaxed>, 4>("iriw", "relaxed", K, "1 0 1 0", false),
          describe<iriw<kSequential, kSequential>, 4>("iriw", "seq_cst", K, "1 0 1 0", true)};
}

const RegisteredStress registered([] {
  return in_both_scopes([]<WorkerKind K>() { return describe_all<K>(); });
});

}  // namespace
}  // namespace scenarios
