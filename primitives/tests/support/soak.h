// Soak: kill -9 at random moments of live traffic, over and over, and see that all others go on.
//
//   Soak soak(4, [&](int me, Soak& soak) {         // in worker `me`, for ever
//     const std::scoped_lock hold(lock);
//     soak.succeeded(me);
//   });
//   soak.run("Lock");
//
// Some die together, as many as leave one survivor or fewer. They are started anew, and then every worker
// must succeed once more: one that slept through it would be a hang, however well the others do.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <functional>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "primitives/tests/support/kill_tally.h"
#include "primitives/tests/support/restartable_process.h"
#include "primitives/tests/support/scopes.h"
#include "primitives/tests/support/shared_memory_child.h"

namespace gilfree::testing {

// How many deaths each soak wants.
inline int kills_wanted() {
  constexpr int kKills = 10'000, kKillsByFork = 1'000;
  const char* chosen = std::getenv("GILFREE_SOAK_KILLS");
  if (chosen != nullptr) return std::atoi(chosen);
  return can_share_memory() ? kKills : kKillsByFork;
}

class Soak {
 public:
  using Body = std::function<void(int me, Soak& soak)>;

  Soak(int workers, Body body) : body_(std::move(body)), successes_(workers), parked_(workers + 1) {
    for (int me = 0; me < workers; ++me) {
      workers_.emplace_back([this, me] {
        while (true) body_(me, *this);
      });
    }
  }

  // For workers: one more success. There are more of them than CPUs, and locks are not fair: so after some
  // they let another go on, and now and then rest, which lets a waiter in.
  void succeeded(int me) {
    if (++successes_[me] % kInOneTurn != 0) return;
    if (Clock::now() < rests_at_) {
      std::this_thread::yield();
    } else {
      ::usleep(1);
      rests_at_ = Clock::now() + kUntilRest;
    }
  }
  // And a place to stand when the test wants to look, holding nothing.
  void may_park(int me) {
    if (parked_[all_parked()] == 0) return;
    parked_[me] = 1;
    while (parked_[all_parked()] != 0) std::this_thread::yield();
    parked_[me] = 0;
  }

  // What the test looks at. `at_death`: of each victim, before it is started anew. `afterwards`: when
  // all have gone on.
  struct Checks {
    std::function<void(int victim)> at_death = [](int) {};
    std::function<void()> afterwards = [] {};
    bool needs_all = false;  // survivors may need the dead: they are replaced at once
    int most_victims = std::numeric_limits<int>::max();  // at a time; never all
  };

  // Kills, starts anew, waits until all have gone on: as often as wanted.
  void run(const char* name) { run(name, Checks()); }
  void run(const char* name, const Checks& checks) {
    KillTally tally;
    run_for(kills_wanted(), tally, checks);
    tally.print(name, successes());
  }
  void run_for(int wanted, KillTally& tally, const Checks& checks) {
    std::mt19937 random(std::random_device{}());
    while (kills_ < wanted && !::testing::Test::HasFailure()) {
      for (auto spins = random() % kMostSpins; spins > 0; --spins) detail::relax();
      std::vector<int> victims(size());
      std::iota(victims.begin(), victims.end(), 0);
      std::shuffle(victims.begin(), victims.end(), random);
      const int most = std::min(checks.most_victims, size() - 1);
      victims.resize(1 + random() % static_cast<unsigned>(most));
      kill(victims, tally, checks);
      checks.afterwards();
      kills_ += static_cast<int>(victims.size());
    }
    stop();
  }
  int kills() const { return kills_; }
  long successes() { return successes_but_of({}); }

  // Until release_all(): none holds anything or is about to. For Checks.
  void park_all() {
    parked_[all_parked()] = 1;
    for (int me = 0; me < size(); ++me) require([&] { return parked_[me] != 0; }, "did not park");
  }
  void release_all() {
    parked_[all_parked()] = 0;
    for (int me = 0; me < size(); ++me) require([&] { return parked_[me] == 0; }, "stays parked");
  }

  // Kills all workers.
  void stop() { workers_.clear(); }
  int size() const { return successes_.size(); }

 private:
  static constexpr auto kHang = std::chrono::seconds(20);
  static constexpr auto kStandstill = std::chrono::seconds(1);  // of this process too: none hangs
  static constexpr auto kUntilRest = std::chrono::microseconds(500);
  static constexpr int kInOneTurn = 64, kMostSpins = 20'000;

  // The place behind the workers': whether they should be.
  int all_parked() const { return size(); }

  long successes_but_of(const std::vector<int>& victims) {
    long sum = 0;
    for (int me = 0; me < size(); ++me) sum += successes_[me];
    for (const int victim : victims) sum -= successes_[victim];
    return sum;
  }

  template <typename Claim>
  void require(Claim claim, const char* complaint) {
    auto now = Clock::now(), late = now + kHang;
    while (!claim()) {
      if (now >= late) {
        ADD_FAILURE() << "a worker " << complaint << " in " << kHang.count() << " s";
        return;
      }
      std::this_thread::yield();
      const auto before = std::exchange(now, Clock::now());
      if (now - before > kStandstill) late += now - before;
    }
  }

  // Only workers that need the victims in their places are kept waiting until they are started anew.
  void kill(const std::vector<int>& victims, KillTally& tally, const Checks& checks) {
    const auto since = Clock::now();
    for (const int victim : victims) workers_[victim].kill();
    const auto before = successes_but_of(victims);
    const auto replace = [&] {
      for (const int victim : victims) {
        EXPECT_TRUE(workers_[victim].await_death()) << "a worker died of itself";
        checks.at_death(victim);
        parked_[victim] = 0;
        workers_[victim].restart();
      }
    };
    if (checks.needs_all) replace();
    require([&] { return successes_but_of(victims) != before; }, "survived and did not go on");
    const auto went_on = Clock::now();
    if (!checks.needs_all) replace();
    std::vector<std::int64_t> had;
    for (int me = 0; me < size(); ++me) had.push_back(successes_[me]);
    for (int me = 0; me < size(); ++me) {
      require([&] { return successes_[me] > had[me]; }, "did not go on after a death");
    }
    tally.add(static_cast<int>(victims.size()), went_on - since, Clock::now() - since);
  }

  Body body_;
  Ledger<Processes> successes_, parked_;
  std::deque<RestartableProcess> workers_;
  Deadline rests_at_{};  // of this worker
  int kills_ = 0;
};

}  // namespace gilfree::testing
