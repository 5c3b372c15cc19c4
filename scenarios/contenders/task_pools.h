// Task pools: what the contenders of pool_tasks are; ours, and std::async, which is none but used so.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <future>
#include <stdexcept>
#include <vector>

#include "scenarios/contenders/contender.h"
#include "scenarios/scope.h"

#include <gilfree/pool.h>
#include <gilfree/process.h>

namespace scenarios {

using Numbers = std::vector<int>;

// The task. So little that only its way to the worker and back counts.
[[gnu::noinline]] inline int task(int x) {
  asm volatile("" : "+r"(x));
  return 3 * x + 1;
}

// map() gives task(x) for each input, `chunk` of them at a time; call() waits for a single one.
template <typename P>
concept TaskPool = requires(P pool, const Numbers& inputs, Numbers& outputs) {
  { P::kFacts } -> std::convertible_to<Facts>;
  { P::kScope } -> std::convertible_to<Scope>;
  P(2);
  pool.map(inputs, std::size_t{1}, outputs);
  { pool.call(1) } -> std::same_as<int>;
};

// visit(first, end) for each chunk of `size` items.
template <typename Visit>
void each_chunk(std::size_t size, std::size_t chunk, Visit visit) {
  for (std::size_t first = 0; first < size; first += chunk) {
    visit(first, std::min(first + chunk, size));
  }
}

inline void run_tasks(const Numbers& inputs, Numbers& outputs, std::size_t first, std::size_t end) {
  for (std::size_t i = first; i < end; ++i) outputs[i] = task(inputs[i]);
}

template <Scope S>
class OurPool {
 public:
  static constexpr Scope kScope = S;
  static constexpr Facts kFacts{.name = S == Scope::kThreads ? "thread_pool" : "process_pool",
                                .primitive = "pool",
                                .wait = "adaptive"};
  static constexpr bool kChoosesChunks = true;

  explicit OurPool(int workers) : pool_(workers) {}
  void map(const Numbers& inputs, std::size_t chunk, Numbers& outputs) {
    outputs = pool_.map(task, inputs, chunk);
  }
  int call(int x) { return pool_.apply(task, x); }

 private:
  using Gilfree = std::conditional_t<S == Scope::kThreads, gilfree::Threads, gilfree::Processes>;
  gilfree::Pool<Gilfree> pool_;
};

// A thread for each call or chunk, some at a time.
class StdAsync {
 public:
  static constexpr Scope kScope = Scope::kThreads;
  static constexpr Facts kFacts{.name = "std_async", .primitive = "pool", .wait = "block"};

  explicit StdAsync(int) {}
  void map(const Numbers& inputs, std::size_t chunk, Numbers& outputs) {
    std::vector<std::future<void>> running;
    each_chunk(inputs.size(), chunk, [&](std::size_t first, std::size_t end) {
      if (running.size() == kMost) wait_for(running);
      running.push_back(std::async(std::launch::async,
                                   [&, first, end] { run_tasks(inputs, outputs, first, end); }));
    });
    wait_for(running);
  }
  int call(int x) { return std::async(std::launch::async, task, x).get(); }

 private:
  static constexpr std::size_t kMost = 64;

  static void wait_for(std::vector<std::future<void>>& running) {
    for (auto& each : running) each.get();
    running.clear();
  }
};

// No pool either: a process for each task, all at once, whose exit code is the result.
class ProcessForEach {
 public:
  static constexpr Scope kScope = Scope::kProcesses;
  static constexpr Facts kFacts{.name = "process", .primitive = "process", .wait = "block"};

  explicit ProcessForEach(int) {}
  void map(const Numbers& inputs, std::size_t, Numbers& outputs) {
    std::vector<gilfree::Process> processes;
    for (const int x : inputs) {
      processes.emplace_back([x] { return task(x); });
      processes.back().start();
    }
    for (std::size_t i = 0; i < processes.size(); ++i) {
      processes[i].join();
      outputs[i] = processes[i].exitcode().value();
    }
  }
  int call(int x) {
    Numbers result(1);
    map({x}, 1, result);
    return result[0];
  }
};

}  // namespace scenarios
