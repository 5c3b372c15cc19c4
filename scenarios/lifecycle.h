// lifecycle: what its contenders are, how they are measured, and how they are registered.
//
// A starter starts a process or a thread that does nothing and waits for its end. A new one is a file
// in contenders/:
//
//   struct Midwife {
//     static constexpr Facts kFacts{...};
//     static void start_and_join();   // throws if the child failed
//     static void prepare();          // only if something must be made beforehand
//   };
//   const Registration registered = add_starter<Midwife, WorkerKind::kProcesses>();
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <utility>

#include "scenarios/support/roster.h"
#include "scenarios/support/worker_group.h"

namespace scenarios {

template <typename S>
concept Starter = requires {
  { S::kFacts } -> std::convertible_to<Facts>;
  S::start_and_join();
};

struct StarterContender : Contender {
  using Contender::Contender;
  using Made = void;

  std::function<void(harness::Run&)> measure;
  std::function<Made()> make;  // starts one and waits for its end; empty for programs of CPython
};

// Maps memory in pages of the usual size and writes to each of them. It lives as long as the process.
void write_to_memory(std::size_t bytes);

template <Starter S>
void start_again_and_again(harness::Run& run) {
  using Clock = std::chrono::steady_clock;
  auto& tally = run.tally(0);
  for (auto before = Clock::now(); run.running();) {
    S::start_and_join();
    const auto after = Clock::now();
    tally.record(static_cast<std::uint64_t>((after - before).count()));
    tally.count(1);
    before = after;
  }
}

template <Starter S>
void measure_starter(harness::Run& run) {
  if constexpr (requires { S::prepare(); }) S::prepare();
  write_to_memory(static_cast<std::size_t>(run["parent_bytes"]));
  WorkerGroup group(WorkerKind::kThreads);
  group.start("starter", -1, [&run] { start_again_and_again<S>(run); });
  group.measure(run);
}

template <Starter S, WorkerKind K>
Registration add_starter() {
  StarterContender entry(S::kFacts, K);
  entry.measure = measure_starter<S>;
  entry.make = [] { S::start_and_join(); };
  return Roster<StarterContender>::add(std::move(entry));
}

}  // namespace scenarios
