// Planted bugs of waits, wake-ups and timeouts.
#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>

#include "harness/tests/planted/planted.h"

namespace harness::testing {
namespace {

// Two gates, by which two actors let each other go in turn. The broken waiter looks at the flag before it reads
// the word that it sleeps on: a wake-up in between is lost.
struct Gate {
  std::atomic<int> open{0};
  FutexWord changes;
};
struct Gates {
  Gate there, back;
};
template <bool kBroken>
class LostWakeUpBody : public PlantedBody<Gates> {
  void act(stress::Actor& me) override {
    each(me, [&] {
      if (me.number() == 0) open(state_->there);
      pass(me, me.number() == 0 ? state_->back : state_->there);
      if (me.number() == 1) open(state_->back);
    });
  }
  static void open(Gate& gate) {
    gate.open = 1;
    gate.changes.value.fetch_add(1);
    gate.changes.wake();
  }
  static void pass(stress::Actor& me, Gate& gate) {
    while (true) {
      auto seen = gate.changes.value.load();
      if (gate.open.exchange(0) != 0) return;
      me.at("saw it closed");
      if (kBroken) seen = gate.changes.value.load();
      gate.changes.wait(seen);
    }
  }
};

// A timed wait that takes each early return of the kernel, say by a signal or another's wake-up, for its end.
struct Bell {
  FutexWord rings;
};
template <bool kBroken>
class EarlyTimeoutBody : public PlantedBody<Bell> {
  using Clock = std::chrono::steady_clock;

  void act(stress::Actor& me) override {
    each(me, [&] {
      me.at("waits or rings");
      if (me.number() == 0) {
        state_->rings.value.fetch_add(1);
        return state_->rings.wake();
      }
      const auto time = std::chrono::nanoseconds(me.random().magnitude(2'000'000) + 1000);
      const auto end = Clock::now() + time;
      wait_until(end, time.count());
      if (Clock::now() < end) me.record("too early");
    });
  }
  void wait_until(Clock::time_point end, long ns) {
    do {
      state_->rings.wait(state_->rings.value.load(), ns);
    } while (!kBroken && Clock::now() < end);
  }
};

// A barrier that has a count and no generation: a party that comes for the next round before another has seen the
// end of this one takes the count along.
struct Meeting {
  std::atomic<int> came{0}, generation{0};
};
template <bool kBroken>
class StaleGenerationBody : public PlantedBody<Meeting> {
  void act(stress::Actor& me) override {
    each(me, [&] {
      me.at("comes");
      const int generation = state_->generation;
      if (state_->came.fetch_add(1) + 1 == me.config().actors) {
        state_->came = 0;
        state_->generation.fetch_add(1);
      } else {
        while (kBroken ? state_->came != 0 : state_->generation == generation) ::usleep(20);
      }
    });
  }
};

// A semaphore whose timed acquire takes a permit first and forgets to give it back when it is late.
struct Permits {
  std::atomic<int> left{2};
};
template <bool kBroken>
class LeakedPermitBody : public PlantedBody<Permits> {
  void act(stress::Actor& me) override {
    each(me, [&] {
      me.at("acquire");
      if (state_->left.fetch_sub(1) <= 0) {
        if (!kBroken) state_->left.fetch_add(1);
        return;
      }
      me.at("inside");
      state_->left.fetch_add(1);
    });
  }
  void judge(const stress::Judged& trial) override {
    if (state_->left != 2) trial.record("a permit is missing");
  }
};

// A release of several permits that wakes one sleeper only.
struct Bundle {
  FutexWord permits;
  std::atomic<int> sleepers{0};
};
template <bool kBroken>
class OneWakeUpForManyBody : public PlantedBody<Bundle> {
  void act(stress::Actor& me) override {
    const int others = me.config().actors - 1;
    each(me, [&] {
      if (me.number() > 0) return acquire(me);
      me.at("release");
      state_->permits.value.fetch_add(static_cast<std::uint32_t>(others));
      state_->permits.wake(kBroken ? 1 : INT_MAX);
    });
  }
  void acquire(stress::Actor& me) {
    while (true) {
      me.at("acquire");
      auto permits = state_->permits.value.load();
      if (permits == 0) {
        state_->permits.wait(0);
      } else if (state_->permits.value.compare_exchange_strong(permits, permits - 1)) {
        return;
      }
    }
  }
};

// A wait on a descriptor of its own that does not close it if its time is over.
struct Nothing {};
template <bool kBroken>
class LeakedDescriptorBody : public PlantedBody<Nothing> {
  void act(stress::Actor& me) override {
    each(me, [&] {
      const int bell = ::eventfd(0, EFD_CLOEXEC);
      me.at("wait");
      const bool has_timed_out = me.random().once_in(20);
      if (has_timed_out && kBroken) return;
      ::close(bell);
    });
  }
};

template <bool kBroken>
std::vector<stress::Test> waits() {
  const stress::Limits few{.most_actors = 4, .most_operations = 60};
  const stress::Limits three{.least_actors = 3, .most_actors = 5, .most_operations = 60};
  const stress::Limits two{.most_actors = 2, .most_operations = 60};
  return {
      planted<LostWakeUpBody<kBroken>>("lost_wake_up", kBroken, true, "", two),
      planted<EarlyTimeoutBody<kBroken>>("early_timeout", kBroken, false, "too early", few),
      planted<StaleGenerationBody<kBroken>>("stale_generation", kBroken, true, "", three),
      planted<LeakedPermitBody<kBroken>>("leaked_permit", kBroken, true, "a permit is missing",
                                         three),
      planted<LeakedDescriptorBody<kBroken>>("leaked_descriptor", kBroken, false, "", few),
      planted<OneWakeUpForManyBody<kBroken>>("one_wake_up_for_many", kBroken, false, "", three)};
}

}  // namespace

std::vector<stress::Test> planted_waits(bool broken) {
  return broken ? waits<true>() : waits<false>();
}

}  // namespace harness::testing
