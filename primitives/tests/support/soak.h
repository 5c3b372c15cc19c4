// Soak: kill -9 at random moments of live traffic, over and over, and see that everybody goes on.
//
//   Soak soak(4, [&](int me, Soak& soak) {         // in worker `me`, for ever
//     const std::scoped_lock hold(lock);
//     soak.succeeded(me);
//   });
//   soak.run("Lock");
//
// After each death the victim is started anew, and then every worker must succeed once more: one that
// slept through it would be a hang, however well the others do. How long the first of the survivors
// took is written down; no test depends on it, since the machine may be busy with something else.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "primitives/core/patience.h"
#include "primitives/tests/support/scopes.h"
#include "primitives/tests/support/victim.h"

namespace gilfree::testing {

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

  // What the test looks at. `at_death`: before the victim is started anew. `afterwards`: when everybody
  // has gone on.
  struct Checks {
    std::function<void(int victim)> at_death = [](int) {};
    std::function<void(int victim)> afterwards = [](int) {};
  };

  // Kills, starts anew, waits until everybody has gone on: as often as wanted.
  void run(const char* name) { run(name, Checks()); }
  void run(const char* name, const Checks& checks) {
    std::mt19937 random(std::random_device{}());
    std::vector<double> stalls;  // ms
    const int wanted = kills_wanted(200);
    while (kills_ < wanted && !::testing::Test::HasFailure()) {
      for (auto spins = random() % 100'000; spins > 0; --spins) core::relax();
      const int victim = static_cast<int>(random() % workers_.size());
      stalls.push_back(kill(victim, checks.at_death));
      checks.afterwards(victim);
      ++kills_;
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
  static constexpr auto kSoon = std::chrono::milliseconds(50);  // longer than a heartbeat

  int all_parked() const {
    return size();
  }  // the place behind the workers': whether they should be

  void start(int me) {
    parked_[me] = 0;
    workers_[me] = fork_child([this, me] {
      while (true) body_(me, *this);
    });
  }

  std::int64_t others_successes(int victim) {
    std::int64_t sum = 0;
    for (int me = 0; me < size(); ++me) sum += me != victim ? successes_[me].load() : 0;
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

  // The time from the kill to the next success of a survivor, in milliseconds. Only who needs the victim
  // in its place is kept waiting until it is started anew, which takes longer than to get over its death.
  double kill(int victim, const std::function<void(int)>& at_death) {
    const auto since = Clock::now();
    ::kill(workers_[victim], SIGKILL);
    const auto before = others_successes(victim);
    const auto went_on_by = [&](Deadline late) {
      while (others_successes(victim) == before && Clock::now() < late) ::usleep(20);
      return Clock::now();
    };
    auto went_on = went_on_by(since + kSoon);
    const bool needs_it = others_successes(victim) == before;
    end(workers_[victim]);
    at_death(victim);
    start(victim);
    if (needs_it) went_on = went_on_by(since + kHang);
    for (int me = 0; me < size(); ++me) {
      const auto had = successes_[me].load();
      require([&] { return successes_[me] > had; }, "did not go on after a death");
    }
    return std::chrono::duration<double, std::milli>(went_on - since).count();
  }

  static void print(const char* name, std::vector<double>& stalls) {
    if (stalls.empty()) return;
    std::sort(stalls.begin(), stalls.end());
    const auto at = [&](double share) {
      return stalls[static_cast<std::size_t>(share * static_cast<double>(stalls.size() - 1))];
    };
    std::cout << "    " << name << ": " << stalls.size() << " kills, next success after " << at(0.5)
              << " ms (median), " << at(0.99) << " ms (p99), " << at(1) << " ms (longest)\n";
  }

  Body body_;
  Ledger<Processes> successes_, parked_;
  std::vector<pid_t> workers_;
  int kills_ = 0;
};

}  // namespace gilfree::testing
