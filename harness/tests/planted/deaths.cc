// Planted bugs that a kill -9 shows.
#include "harness/base/process_stat.h"
#include "harness/tests/planted/planted.h"

namespace harness::testing {
namespace {

bool is_alive(pid_t process) {
  const auto stat = process_stat(process);
  return stat && stat->state != 'Z' && stat->state != 'X';
}

// A lock that holds its owner's process id, and passes on if that process is dead.
struct OwnedLock {
  std::atomic<pid_t> owner{0};

  // Returns whether the owner before this one died. `is_dead` answers for an owner.
  template <typename IsDead>
  bool lock(stress::Actor& me, IsDead is_dead) {
    me.at("lock");
    while (true) {
      pid_t before = 0;
      if (owner.compare_exchange_strong(before, ::getpid())) return false;
      if (is_dead(before) && owner.compare_exchange_strong(before, ::getpid())) return true;
      ::usleep(50);
    }
  }
};

struct Guarded {
  OwnedLock lock;
  std::atomic<int> first{0}, second{0}, inside{0};
  std::atomic<bool> is_half_done{false};  // set before the first step, cleared after the second
};

// The next owner after a dead holder finishes what it left half done.
template <bool kBroken>
class MissingRepairBody : public PlantedBody<Guarded> {
  void act(stress::Actor& me) override {
    auto& state = *state_;
    each(me, [&] {
      const bool was_abandoned = state.lock.lock(me, [](pid_t owner) { return !is_alive(owner); });
      if (was_abandoned && !kBroken) state.second = state.first.load();
      if (state.first != state.second) me.record("half done");
      state.first.fetch_add(1);
      me.at("inside");
      state.second.fetch_add(1);
      state.lock.owner = 0;
    });
  }
};

// A repair ends by clearing the mark that asks for it: one that is killed is then done once more.
template <bool kBroken>
class MarkClearedBeforeRepairBody : public PlantedBody<Guarded> {
  void act(stress::Actor& me) override {
    auto& state = *state_;
    each(me, [&] {
      state.lock.lock(me, [](pid_t owner) { return !is_alive(owner); });
      if (state.is_half_done) repair(me);
      if (state.first != state.second) me.record("half done");
      state.is_half_done = true;
      state.first.fetch_add(1);
      me.at("inside");
      state.second.fetch_add(1);
      state.is_half_done = false;
      state.lock.owner = 0;
    });
  }
  void repair(stress::Actor& me) {
    if (kBroken) state_->is_half_done = false;
    for (int part = 0; part < 8; ++part)
      me.at("repair");  // as long as one of a structure with parts
    state_->second = state_->first.load();
    state_->is_half_done = false;
  }
};

// Nothing asks whether the holder lives.
template <bool kBroken>
class LockOfTheDeadBody : public PlantedBody<Guarded> {
  void act(stress::Actor& me) override {
    each(me, [&] {
      state_->lock.lock(me, [](pid_t owner) { return !kBroken && !is_alive(owner); });
      me.at("inside");
      state_->lock.owner = 0;
    });
  }
};

// The question whether the holder lives cannot be asked now and then (no descriptor left), and is answered by no.
template <bool kBroken>
class FailsOpenBody : public PlantedBody<Guarded> {
  void act(stress::Actor& me) override {
    each(me, [&] {
      const bool was_abandoned = state_->lock.lock(me, [&](pid_t owner) {
        const bool cannot_ask = me.random().once_in(4);
        return cannot_ask ? kBroken : !is_alive(owner);
      });
      if (was_abandoned && !kBroken) state_->inside = 0;
      if (state_->inside.exchange(1) != 0) me.record("two inside");
      me.at("inside");
      state_->inside = 0;
      state_->lock.owner = 0;
    });
  }
};

template <bool kBroken>
std::vector<stress::Test> deaths() {
  const stress::Limits killed{.most_actors = 4, .most_operations = 60, .kills = true};
  const stress::Limits many_killed{
      .least_actors = 4, .most_actors = 6, .most_operations = 60, .kills = true};
  const stress::Limits few{.most_actors = 4, .most_operations = 60};
  return {planted<MissingRepairBody<kBroken>>("missing_repair", kBroken, true, "half done", killed),
          planted<MarkClearedBeforeRepairBody<kBroken>>("mark_cleared_before_repair", kBroken, true,
                                                        "half done", many_killed),
          planted<LockOfTheDeadBody<kBroken>>("lock_of_the_dead", kBroken, true, "", killed),
          planted<FailsOpenBody<kBroken>>("question_fails_open", kBroken, true, "two inside", few)};
}

}  // namespace

std::vector<stress::Test> planted_deaths(bool broken) {
  return broken ? deaths<true>() : deaths<false>();
}

std::vector<stress::Test> all_planted(bool broken) {
  std::vector<stress::Test> all;
  for (const auto make : {planted_locks, planted_queues, planted_waits, planted_deaths}) {
    for (auto& each : make(broken)) all.push_back(std::move(each));
  }
  return all;
}

}  // namespace harness::testing
