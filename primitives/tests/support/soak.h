// Soak: kill -9 at random moments of live traffic, over and over, and see that everybody goes on.
//
//   Soak soak(4, [&](int me, Soak& soak) {         // in worker `me`, for ever
//     const std::scoped_lock hold(lock);
//     soak.succeeded(me);
//   });
//   soak.run("Lock");
//
// Some die together, as many as leave one survivor or fewer. They are started anew, and then every worker
// must succeed once more: one that slept through it would be a hang, however well the others do. How
// long the first of the survivors took is written down; no test depends on it, since the machine may be
// busy with something else.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "primitives/core/patience.h"
#include "primitives/tests/support/scopes.h"
#include "primitives/tests/support/tally.h"
#include "primitives/tests/support/victim.h"

namespace gilfree::testing {

constexpr int kKills = 1'000;

// How many deaths each soak wants.
inline int kills_wanted(int otherwise) {
  const char* chosen = std::getenv("GILFREE_SOAK_KILLS");
  return chosen != nullptr ? std::atoi(chosen) : otherwise;
}

class Soak {
 public:
  using Body = std::function<void(int me, Soak& soak)>;

  Soak(int workers, Body body)
      : body_(std::move(body)), successes_(workers), parked_(workers + 1), workers_(workers) {
    for (int me = 0; me < workers; ++me) start(me);
  }
  ~Soak() { stop(); }

  // For workers: one more success; and a place to stand when the test wants to look, holding nothing.
  void succeeded(int me) { successes_[me]++; }
  void may_park(int me) {
    if (parked_[all_parked()] == 0) return;
    parked_[me] = 1;
    while (parked_[all_parked()] != 0) ::usleep(50);
    parked_[me] = 0;
  }

  // What the test looks at. `at_death`: of each victim, before it is started anew. `afterwards`: when
  // everybody has gone on.
  struct Checks {
    std::function<void(int victim)> at_death = [](int) {};
    std::function<void()> afterwards = [] {};
    bool needs_all = false;  // who survives may need the dead: they are replaced at once
    int most_victims = std::numeric_limits<int>::max();  // at a time; never all
  };

  // Kills, starts anew, waits until everybody has gone on: as often as wanted.
  void run(const char* name) { run(name, Checks()); }
  void run(const char* name, const Checks& checks) { run_for(kills_wanted(kKills), name, checks); }
  void run_for(int wanted, const char* name, const Checks& checks) {
    std::mt19937 random(std::random_device{}());
    std::vector<double> stalls;  // ms
    while (kills_ < wanted && !::testing::Test::HasFailure()) {
      for (auto spins = random() % 100'000; spins > 0; --spins) core::relax();
      std::vector<int> victims(workers_.size());
      std::iota(victims.begin(), victims.end(), 0);
      std::shuffle(victims.begin(), victims.end(), random);
      const int most = std::min(checks.most_victims, size() - 1);
      victims.resize(1 + random() % static_cast<unsigned>(most));
      stalls.push_back(kill(victims, checks));
      checks.afterwards();
      kills_ += static_cast<int>(victims.size());
    }
    stop();
    print(name, stalls);
  }
  int kills() const { return kills_; }

  // Until release_all(): nobody holds anything or is about to. For Checks.
  void park_all() {
    parked_[all_parked()] = 1;
    for (int me = 0; me < size(); ++me) require([&] { return parked_[me] != 0; }, "did not park");
  }
  void release_all() {
    parked_[all_parked()] = 0;
    for (int me = 0; me < size(); ++me) require([&] { return parked_[me] == 0; }, "stays parked");
  }

  // Kills all workers.
  void stop() {
    for (pid_t& worker : workers_) end(std::exchange(worker, 0));
  }
  int size() const { return static_cast<int>(workers_.size()); }

 private:
  static constexpr auto kHang = std::chrono::seconds(20);

  int all_parked() const {
    return size();
  }  // the place behind the workers': whether they should be

  void start(int me) {
    parked_[me] = 0;
    workers_[me] = fork_child([this, me] {
      while (true) body_(me, *this);
    });
  }

  std::int64_t successes_but_of(const std::vector<int>& victims) {
    std::int64_t sum = 0;
    for (int me = 0; me < size(); ++me) sum += successes_[me];
    for (const int victim : victims) sum -= successes_[victim];
    return sum;
  }

  template <typename Claim>
  void require(Claim claim, const char* complaint) {
    for (const auto late = Clock::now() + kHang; !claim();) {
      if (Clock::now() < late) {
        ::usleep(20);
        continue;
      }
      ADD_FAILURE() << "a worker " << complaint << " in " << kHang.count() << " s";
      return;
    }
  }

  // The time from the kill to the next success of a survivor, in milliseconds. Only who needs the victims
  // in their places is kept waiting until they are started anew.
  double kill(const std::vector<int>& victims, const Checks& checks) {
    const auto since = Clock::now();
    for (const int victim : victims) ::kill(workers_[victim], SIGKILL);
    const auto before = successes_but_of(victims);
    const auto replace = [&] {
      for (const int victim : victims) {
        end(workers_[victim]);
        checks.at_death(victim);
        start(victim);
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
    return std::chrono::duration<double, std::milli>(went_on - since).count();
  }

  void print(const char* name, std::vector<double>& stalls) {
    if (stalls.empty()) return;
    std::sort(stalls.begin(), stalls.end());
    const auto at = [&](double share) {
      return stalls[static_cast<std::size_t>(share * static_cast<double>(stalls.size() - 1))];
    };
    tally_soak(kills_, ::testing::Test::HasFailure() ? 1 : 0, at(1));
    std::cout << "    " << name << ": " << kills_ << " kills, next success after " << at(0.5)
              << " ms (median), " << at(0.99) << " ms (p99), " << at(1) << " ms (longest)\n";
  }

  Body body_;
  Ledger<Processes> successes_, parked_;
  std::vector<pid_t> workers_;
  int kills_ = 0;
};

}  // namespace gilfree::testing
