// Planted bugs of locks and counters.
#include <array>

#include "harness/tests/planted/planted.h"

namespace harness::testing {
namespace {

using stress::point;

// Looks whether the lock is free and takes it, in two steps.
template <bool kBroken>
struct DoubleOwner {
  std::atomic<int> word{0}, inside{0};

  void lock() {
    while (true) {
      if constexpr (kBroken) {
        if (word.load() == 0) {
          point("saw it free");
          word.store(1);
          return;
        }
      } else if (word.exchange(1) == 0) {
        return;
      }
      ::usleep(10);
    }
  }
};
template <bool kBroken>
class DoubleOwnerBody : public PlantedBody<DoubleOwner<kBroken>> {
  void act(stress::Actor& me) override {
    this->each(me, [&] {
      auto& state = *this->state_;
      me.at("lock");
      state.lock();
      if (state.inside.exchange(1) != 0) me.record("two inside");
      me.at("inside");
      state.inside.store(0);
      state.word.store(0);
    });
  }
};

// Reads and writes a counter in two steps.
template <bool kBroken>
class LostUpdateBody : public PlantedBody<std::atomic<int>> {
  void act(stress::Actor& me) override {
    each(me, [&] {
      if constexpr (kBroken) {
        const int before = state_->load();
        me.at("has read it");
        state_->store(before + 1);
      } else {
        state_->fetch_add(1);
      }
    });
  }
  void judge(const stress::Judged& trial) override {
    if (*state_ < trial.config.actors * trial.config.operations) trial.record("lost an update");
  }
};

// Actor 0 steps back for as long as any other has something to do; the twin deals tickets.
struct Shares {
  std::atomic<int> tickets{0}, serving{0}, ended{0}, entries{0};
};
template <bool kBroken>
class UnfairBody : public PlantedBody<Shares> {
  void act(stress::Actor& me) override {
    each(me, [&] {
      me.at("lock");
      if (kBroken && me.number() == 0) step_back(me);
      const int mine = state_->tickets.fetch_add(1);
      const int before = kBroken && me.number() == 0 ? 0 : state_->entries.load();
      while (state_->serving != mine) ::usleep(20);
      if (state_->entries.fetch_add(1) - before > 3 * me.config().actors) {
        me.record("overtaken without end");
      }
      state_->serving.fetch_add(1);
    });
    state_->ended.fetch_add(1);
  }
  void step_back(stress::Actor& me) {
    while (state_->ended < me.config().actors - 1) ::usleep(20);
  }
};

// A seqlock whose reader does not look again whether a writer came in between.
struct Torn {
  std::atomic<unsigned> sequence{0};
  std::array<std::atomic<int>, 4> words{};
};
template <bool kBroken>
class TornBody : public PlantedBody<Torn> {
  void act(stress::Actor& me) override {
    each(me, [&] { me.number() == 0 ? write(me) : read(me); });
  }
  void write(stress::Actor& me) {
    state_->sequence.fetch_add(1);
    const int value = me.random().between(1, 1000);
    for (auto& word : state_->words) {
      me.at("writes a word");
      word = value;
    }
    state_->sequence.fetch_add(1);
  }
  void read(stress::Actor& me) {
    me.at("reads");
    const unsigned before = state_->sequence;
    const int first = state_->words.front();
    me.at("has read half");
    const int last = state_->words.back();
    const bool valid = kBroken || (before % 2 == 0 && state_->sequence == before);
    if (valid && first != last) me.record("torn");
  }
};

// A stack of free nodes by index, whose head has no tag (ABA); the twin counts each change in the upper half.
struct Nodes {
  static constexpr std::uint32_t kNodes = 3, kNone = kNodes;
  std::atomic<std::uint64_t> head{0};
  std::array<std::atomic<std::uint32_t>, kNodes> next{1, 2, kNone};
  std::array<std::atomic<int>, kNodes> users{};
};
template <bool kBroken>
class AbaBody : public PlantedBody<Nodes> {
  void act(stress::Actor& me) override {
    each(me, [&] {
      const auto one = pop(me), other = me.random().once_in(2) ? pop(me) : Nodes::kNone;
      me.at("uses them");
      push(one);
      push(other);
    });
  }
  static std::uint64_t changed(std::uint64_t head, std::uint32_t to) {
    return to | (kBroken ? 0 : ((head >> 32) + 1) << 32);
  }
  std::uint32_t pop(stress::Actor& me) {
    auto head = state_->head.load();
    while (true) {
      const auto node = static_cast<std::uint32_t>(head);
      if (node == Nodes::kNone) return node;
      const auto next = state_->next[node].load();
      me.at("has read next");
      if (!state_->head.compare_exchange_strong(head, changed(head, next))) continue;
      if (state_->users[node].fetch_add(1) != 0) me.record("one node twice");
      return node;
    }
  }
  void push(std::uint32_t node) {
    if (node == Nodes::kNone) return;
    state_->users[node].fetch_sub(1);
    auto head = state_->head.load();
    do {
      state_->next[node] = static_cast<std::uint32_t>(head);
    } while (!state_->head.compare_exchange_strong(head, changed(head, node)));
  }
};

// Dekker's gate: each raises its flag and looks at the other's, without a fence in between.
struct Flags {
  alignas(64) std::atomic<int> first{0};
  alignas(64) std::atomic<int> second{0};
  alignas(64) std::atomic<int> inside{0};
};
template <bool kBroken>
class FenceBody : public PlantedBody<std::array<Flags, 400>> {
  void act(stress::Actor& me) override {
    each(me, [&] {
      for (auto& flags : *state_) try_gate(me, flags);
      me.meet();
      if (me.number() > 0) return me.meet();
      for (auto& [first, second, inside] : *state_) {
        if (inside > 1) me.record("both passed the gate");
        first = second = inside = 0;
      }
      me.meet();
    });
  }
  static void try_gate(stress::Actor& me, Flags& flags) {
    auto& mine = me.number() == 0 ? flags.first : flags.second;
    auto& other = me.number() == 0 ? flags.second : flags.first;
    me.meet();
    mine.store(1, std::memory_order_relaxed);
    if constexpr (!kBroken) std::atomic_thread_fence(std::memory_order_seq_cst);
    if (other.load(std::memory_order_relaxed) == 0) flags.inside.fetch_add(1);
  }
};

template <bool kBroken>
std::vector<stress::Test> locks() {
  const stress::Limits few{.most_actors = 4, .most_operations = 60};
  stress::Limits two{.most_actors = 2, .most_operations = 60};
  stress::Limits many{.least_actors = 3, .most_actors = 5, .most_operations = 100};
  return {
      planted<DoubleOwnerBody<kBroken>>("double_owner", kBroken, false, "two inside", few),
      planted<LostUpdateBody<kBroken>>("lost_update", kBroken, true, "lost an update", few),
      planted<UnfairBody<kBroken>>("unfairness", kBroken, false, "overtaken without end", many),
      planted<TornBody<kBroken>>("torn_message", kBroken, true, "torn", few),
      planted<AbaBody<kBroken>>("aba", kBroken, false, "one node twice", many),
      planted<FenceBody<kBroken>>("missing_fence", kBroken, false, "both passed the gate", two)};
}

}  // namespace

std::vector<stress::Test> planted_locks(bool broken) {
  return broken ? locks<true>() : locks<false>();
}

}  // namespace harness::testing
