// pool_tasks: what its contenders are, how they are measured, and how they are registered.
//
// A pool does a trivial task for each number. A new one is a file in contenders/:
//
//   struct Bureau {
//     static constexpr Facts kFacts{...};
//     static constexpr PoolTraits kTraits{.calls = false};
//     explicit Bureau(int workers);
//     void map(const Numbers& inputs, std::size_t chunk, Numbers& outputs);   // chunk: tasks together
//     int call(int x);                                                        // a single task
//   };
//   const Registration registered = add_pool<Bureau, WorkerKind::kThreads>();
#pragma once

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scenarios/support/arrivals.h"
#include "scenarios/support/injected_delay.h"
#include "scenarios/support/roster.h"
#include "scenarios/support/worker_group.h"

namespace scenarios {

using Numbers = std::vector<int>;

// The task. It does so little that only its way to the worker and back counts.
[[gnu::noinline]] inline int task(int x) {
  asm volatile("" : "+r"(x));
  return 3 * x + 1;
}

struct PoolTraits {
  bool maps = true;             // one_by_one and chunks are measured
  bool calls = true;            // round_trip is: a call goes to a worker and back
  bool fifty = false;           // fifty is: making the pool is part of it
  bool chooses_chunks = false;  // a chunk of 0 leaves the size of chunks to the pool
};

// Any pool, for tests: each operation is a virtual call.
class AnyPool {
 public:
  virtual ~AnyPool() = default;
  virtual void map(const Numbers& inputs, std::size_t chunk, Numbers& outputs) = 0;
  virtual int call(int x) = 0;
};

struct PoolContender : Contender {
  using Contender::Contender;
  using Made = std::unique_ptr<AnyPool>;

  PoolTraits traits = {};
  std::function<void(harness::Run&, int workers)> measure;
  std::function<Made(int workers)> make;  // empty for programs of CPython
};

template <typename P>
concept TaskPool = requires(P pool, const Numbers& inputs, Numbers& outputs) {
  { P::kFacts } -> std::convertible_to<Facts>;
  { P::kTraits } -> std::convertible_to<PoolTraits>;
  P(2);
  pool.map(inputs, std::size_t{1}, outputs);
  { pool.call(1) } -> std::same_as<int>;
};

// Calls visit(first, end) for each chunk of `size` items.
template <typename Visit>
void each_chunk(std::size_t size, std::size_t chunk, Visit visit) {
  for (std::size_t first = 0; first < size; first += chunk) {
    visit(first, std::min(first + chunk, size));
  }
}

inline void run_tasks(const Numbers& inputs, Numbers& outputs, std::size_t first, std::size_t end) {
  for (std::size_t i = first; i < end; ++i) outputs[i] = task(inputs[i]);
}

// Tasks in a map: few enough that a window sees many maps, many enough that its end does not count.
inline constexpr std::size_t kOneByOne = 2'000, kInChunks = 100'000, kFifty = 50;

// The inputs of a map, and what it must give.
struct Tasks {
  explicit Tasks(std::size_t count) : inputs(count), outputs(count), expected(count) {
    std::iota(inputs.begin(), inputs.end(), 0);
    run_tasks(inputs, expected, 0, count);
  }
  void clear_outputs() { std::fill(outputs.begin(), outputs.end(), -1); }
  bool are_done() const { return outputs == expected; }

  Numbers inputs, outputs, expected;
};

template <TaskPool P>
void map_again_and_again(harness::Run& run, P& pool, std::size_t count, std::size_t chunk) {
  auto& tally = run.tally(0);
  Tasks tasks(count);
  while (run.running()) {
    tasks.clear_outputs();
    pool.map(tasks.inputs, chunk, tasks.outputs);
    if (!tasks.are_done()) tally.corrupt();
    tally.count(count, 2 * sizeof(int) * count);
  }
}

template <TaskPool P>
void call_again_and_again(harness::Run& run, P& pool) {
  using Clock = std::chrono::steady_clock;
  auto& tally = run.tally(0);
  int x = 0;
  for (auto before = Clock::now(); run.running(); ++x) {
    const int result = pool.call(x);
    const auto after = Clock::now();
    tally.record(static_cast<std::uint64_t>((after - before).count()));
    if (result != task(x)) tally.corrupt();
    tally.count(1, 2 * sizeof(int));
    before = after;
  }
}

template <TaskPool P>
void call_when_due(harness::Run& run, P& pool, Arrivals arrivals) {
  auto& tally = run.tally(0);
  for (int x = 0; arrivals.wait(); ++x) {
    const int result = pool.call(x);
    arrivals.done(2 * sizeof(int));
    if (result != task(x)) tally.corrupt();
  }
}

template <TaskPool P>
void do_fifty_again_and_again(harness::Run& run, int workers) {
  using Clock = std::chrono::steady_clock;
  auto& tally = run.tally(0);
  Tasks tasks(kFifty);
  for (auto before = Clock::now(); run.running();) {
    tasks.clear_outputs();
    P(workers).map(tasks.inputs, 1, tasks.outputs);
    const auto after = Clock::now();
    tally.record(static_cast<std::uint64_t>((after - before).count()));
    if (!tasks.are_done()) tally.corrupt();
    tally.count(kFifty, 2 * sizeof(int) * kFifty);
    before = after;
  }
}

// Returns the size of chunks: 0 where the pool chooses, else by CPython's rule, four chunks a worker.
inline std::size_t chunk_of(std::string_view way, const PoolTraits& traits, std::size_t workers) {
  if (way == "one_by_one") return 1;
  return traits.chooses_chunks ? 0 : (kInChunks + 4 * workers - 1) / (4 * workers);
}

template <TaskPool P>
void submit(harness::Run& run, int workers, const harness::Arrival& arrival) {
  const std::string& way = run.text("way");
  if (way == "fifty") return do_fifty_again_and_again<P>(run, workers);
  P pool(workers);
  if (arrival.is_open()) return call_when_due(run, pool, Arrivals(run, arrival, 0, 1));
  if (way == "round_trip") return call_again_and_again(run, pool);
  map_again_and_again(run, pool, way == "chunks" ? kInChunks : kOneByOne,
                      chunk_of(way, P::kTraits, static_cast<std::size_t>(workers)));
}

// The delay is added by the submitter: that of all tasks of a map at once, since a task may take a nanosecond.
template <TaskPool P>
struct DelayedPool : P {
  using P::P;
  void map(const Numbers& inputs, std::size_t chunk, Numbers& outputs) {
    add_delay(inputs.size());
    P::map(inputs, chunk, outputs);
  }
  int call(int x) {
    add_delay();
    return P::call(x);
  }
};

template <TaskPool P>
void measure_submitter(harness::Run& run, int workers) {
  const harness::Arrival arrival = run.open_loop();
  WorkerGroup group;
  group.start("submitter", -1, [&, workers] { submit<P>(run, workers, arrival); });
  group.measure(run);
}

template <TaskPool P>
void measure_pool(harness::Run& run, int workers) {
  if constexpr (kTakesDelay<P>) {
    if (inject_delay(run)) return measure_submitter<DelayedPool<P>>(run, workers);
  }
  measure_submitter<P>(run, workers);
}

template <TaskPool P>
class ErasedPool : public AnyPool {
 public:
  explicit ErasedPool(int workers) : pool_(workers) {}
  void map(const Numbers& inputs, std::size_t chunk, Numbers& outputs) override {
    pool_.map(inputs, chunk, outputs);
  }
  int call(int x) override { return pool_.call(x); }

 private:
  P pool_;
};

template <TaskPool P, WorkerKind K>
Registration add_pool() {
  PoolContender entry(P::kFacts, K);
  entry.traits = P::kTraits;
  entry.measure = measure_pool<P>;
  entry.make = [](int workers) { return std::make_unique<ErasedPool<P>>(workers); };
  return Roster<PoolContender>::add(std::move(entry));
}

}  // namespace scenarios
