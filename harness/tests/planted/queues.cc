// Planted bugs of queues.
#include <array>

#include "harness/tests/planted/planted.h"

namespace harness::testing {
namespace {

using stress::point;

// A ring of one producer whose index is published before the item is there.
struct Ring {
  std::atomic<int> written{0};
  std::array<std::atomic<int>, 256> items{};
};
template <bool kBroken>
class ReorderedCommitBody : public PlantedBody<Ring> {
  void act(stress::Actor& me) override {
    int seen = 0;
    each(me, [&] {
      me.at("moves an item");
      me.number() == 0 ? put(me) : get(me, seen);
    });
  }
  void put(stress::Actor& me) {
    const int at = state_->written;
    if (kBroken) state_->written = at + 1;
    me.at("between the two stores");
    state_->items[static_cast<std::size_t>(at)] = at + 1;
    if (!kBroken) state_->written = at + 1;
  }
  void get(stress::Actor& me, int& seen) {
    for (; seen < state_->written; ++seen) {
      if (state_->items[static_cast<std::size_t>(seen)] != seen + 1) me.record("not there yet");
    }
  }
};

// Consumers read and move the index of the next item in two steps.
struct Shelf {
  std::atomic<int> next{0};
  std::array<std::atomic<int>, 1024> taken{};
};
template <bool kBroken>
class DoubleDeliveryBody : public PlantedBody<Shelf> {
  void act(stress::Actor& me) override {
    each(me, [&] {
      me.at("get");
      int mine = state_->next;
      if (kBroken) {
        me.at("has chosen");
        state_->next = mine + 1;
      } else {
        mine = state_->next.fetch_add(1);
      }
      if (state_->taken[static_cast<std::size_t>(mine)].fetch_add(1) != 0) me.record("got twice");
    });
  }
};

// A closed queue: consumers sleep until there is an item or the end; the end does not wake them.
struct Flow {
  FutexWord changes;
  std::atomic<int> items{0};
  std::atomic<bool> closed{false};
};
template <bool kBroken>
class ForgottenNotifyBody : public PlantedBody<Flow> {
  void act(stress::Actor& me) override {
    if (me.number() > 0) return consume(me);
    for (int i = 0; i < me.config().operations; ++i) {
      me.at("put");
      state_->items.fetch_add(1);
      changed();
    }
    me.at("close");
    state_->closed = true;
    if (!kBroken) changed();
  }
  void changed() {
    state_->changes.value.fetch_add(1);
    state_->changes.wake();
  }
  void consume(stress::Actor& me) {
    while (true) {
      me.at("get");
      const auto seen = state_->changes.value.load();
      int left = state_->items;
      if (left > 0) {
        state_->items.compare_exchange_strong(left, left - 1);
      } else if (state_->closed) {
        return me.record("sound");
      } else {
        state_->changes.wait(seen);
      }
    }
  }
};

// A consumer that was woken takes an item without looking whether another consumer has taken it.
struct Stock {
  SoundLock lock;
  FutexWord changes;
  std::atomic<int> items{0};
  std::atomic<bool> over{false};
};
template <bool kBroken>
class StolenWakeUpBody : public PlantedBody<Stock> {
  void act(stress::Actor& me) override {
    if (me.number() > 0) return consume(me);
    for (int i = 0; i < me.config().operations; ++i) {
      me.at("put");
      change(1);
    }
    state_->over = true;
    change(0);
    me.record("sound");
  }
  void change(int by) {
    state_->lock.lock();
    state_->items.fetch_add(by);
    state_->changes.value.fetch_add(1);
    state_->lock.unlock();
    state_->changes.wake();
  }
  void consume(stress::Actor& me) {
    while (!state_->over) {
      me.at("get");
      state_->lock.lock();
      if (state_->items == 0) wait(me);
      if (state_->items > 0) {
        state_->items.fetch_sub(1);
      } else if (!state_->over) {
        me.record("took from an empty queue");
      }
      state_->lock.unlock();
    }
  }
  void wait(stress::Actor& me) {
    do {
      const auto seen = state_->changes.value.load();
      state_->lock.unlock();
      state_->changes.wait(seen, 1'000'000'000);
      me.at("was woken");
      state_->lock.lock();
    } while (!kBroken && state_->items == 0 && !state_->over);
  }
};

// The copy of an item throws, and the wake-up that was for it wakes no other consumer.
struct Owed {
  FutexWord tokens;  // one for each item
};
template <bool kBroken>
class SwallowedWakeUpBody : public PlantedBody<Owed> {
  void act(stress::Actor& me) override {
    if (me.number() == 0) {
      for (int i = 0; i < me.config().operations * (me.config().actors - 1); ++i) {
        me.at("put");
        give();
      }
      return me.record("sound");
    }
    each(me, [&] {
      while (!get(me)) continue;
    });
  }
  void give() {
    state_->tokens.value.fetch_add(1);
    state_->tokens.wake(1);
  }
  bool get(stress::Actor& me) {
    while (true) {
      me.at("get");
      auto tokens = state_->tokens.value.load();
      if (tokens == 0) {
        state_->tokens.wait(0);
      } else if (state_->tokens.value.compare_exchange_strong(tokens, tokens - 1)) {
        const bool throws = me.random().once_in(4);
        if (throws && !kBroken) give();
        return !throws;
      }
    }
  }
};

template <bool kBroken>
std::vector<stress::Test> queues() {
  const stress::Limits few{.most_actors = 4, .most_operations = 60};
  const stress::Limits three{.least_actors = 3, .most_actors = 4, .most_operations = 60};
  return {
      planted<ReorderedCommitBody<kBroken>>("reordered_commit", kBroken, true, "not there yet",
                                            few),
      planted<DoubleDeliveryBody<kBroken>>("double_delivery", kBroken, true, "got twice", few),
      planted<ForgottenNotifyBody<kBroken>>("forgotten_notify_on_close", kBroken, true, "", few),
      planted<StolenWakeUpBody<kBroken>>("stolen_wake_up", kBroken, false,
                                         "took from an empty queue", three),
      planted<SwallowedWakeUpBody<kBroken>>("swallowed_wake_up", kBroken, false, "", few)};
}

}  // namespace

std::vector<stress::Test> planted_queues(bool broken) {
  return broken ? queues<true>() : queues<false>();
}

}  // namespace harness::testing
