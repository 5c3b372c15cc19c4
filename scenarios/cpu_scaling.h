// cpu_scaling: what its contenders are, how they are measured, and how they are registered.
//
// A contender runs workers, one for each body. A new one is a file in contenders/:
//
//   struct Fibres {
//     static constexpr Facts kFacts{...};
//     // Starts a worker for each body, calls measure(), and waits for the workers' end. Throws if one
//     // failed.
//     static void run(const Bodies& bodies, const std::function<void()>& measure);
//   };
//   const Registration registered = add_workers<Fibres, WorkerKind::kThreads>();
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/support/gilfree_scope.h"
#include "scenarios/support/placement.h"
#include "scenarios/support/roster.h"
#include "scenarios/workload.h"

#include <gilfree/barrier.h>
#include <gilfree/lock.h>
#include <gilfree/value.h>

namespace scenarios {

using Bodies = std::vector<std::function<void()>>;

template <typename W>
concept Workers = requires(const Bodies& bodies, const std::function<void()>& measure) {
  { W::kFacts } -> std::convertible_to<Facts>;
  W::run(bodies, measure);
};

struct WorkersContender : Contender {
  using Contender::Contender;
  using Made = void;

  std::function<void(harness::Run&, const std::vector<int>& cpus)> measure;
  std::function<Made(const Bodies&)> make;  // runs the bodies; empty for programs of CPython
};

inline constexpr int kUnits = 256;  // of a round; as many for each of 1, 2, 4 ... 256 workers

template <typename Workload>
void work_freely(harness::Run& run, int me, const Workload& workload) {
  auto& tally = run.tally(me);
  while (run.running()) {
    workload();
    tally.count(1);
  }
}

// What the workers of strong scaling share.
template <typename S>
struct ScalingRounds {
  explicit ScalingRounds(int count) : workers(count), end(count) {}

  const int workers;
  gilfree::Barrier<S> end;
  // Of the even and of the odd rounds: written by worker 0 before the end of it, read by all after.
  gilfree::Array<bool, S> is_last = gilfree::Array<bool, S>(2);
};

template <typename S, typename Workload>
void work_in_rounds(harness::Run& run, int me, const Workload& workload, ScalingRounds<S>& rounds) {
  using Clock = std::chrono::steady_clock;
  auto& tally = run.tally(me);
  const int share = kUnits * (me + 1) / rounds.workers - kUnits * me / rounds.workers;
  for (std::size_t parity = 0;; parity ^= 1) {
    const auto begun = Clock::now();
    if (me == 0) rounds.is_last[parity] = !run.running();
    for (int unit = 0; unit < share; ++unit) {
      workload();
      tally.count(1);
    }
    rounds.end.wait();
    const std::chrono::nanoseconds time = Clock::now() - begun;
    if (me == 0) tally.record(static_cast<std::uint64_t>(time.count()));
    if (rounds.is_last[parity]) return;
  }
}

template <Workers W, WorkerKind K>
void measure_workers(harness::Run& run, const std::vector<int>& cpus) {
  gilfree::Lock<GilfreeScope<K>> lock;
  ScalingRounds<GilfreeScope<K>> rounds(static_cast<int>(cpus.size()));
  const bool weak = run.text("scaling") == "weak";
  Bodies bodies;
  for (int me = 0; me < static_cast<int>(cpus.size()); ++me) {
    const int cpu = cpus[static_cast<std::size_t>(me)];
    bodies.push_back(
        [&run, &rounds, workload = make_workload(run.text("work"), lock), weak, me, cpu] {
          stay_on(cpu);
          // Until all have started: each one that works already holds up the start of the others.
          rounds.end.wait();
          weak ? work_freely(run, me, workload) : work_in_rounds(run, me, workload, rounds);
        });
  }
  W::run(bodies, [&run] { run.measure(); });
}

template <Workers W, WorkerKind K>
Registration add_workers() {
  WorkersContender entry(W::kFacts, K);
  entry.measure = measure_workers<W, K>;
  entry.make = [](const Bodies& bodies) { W::run(bodies, [] {}); };
  return Roster<WorkersContender>::add(std::move(entry));
}

}  // namespace scenarios
