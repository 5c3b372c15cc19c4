// gilfree's Pool of threads and of processes, and a Process for each task.
#include <cstddef>
#include <vector>

#include "scenarios/pool_tasks.h"
#include "scenarios/support/gilfree_scope.h"

#include <gilfree/pool.h>
#include <gilfree/process.h>

namespace scenarios {
namespace {

template <WorkerKind K>
class GilfreePool {
 public:
  static constexpr bool kThreads = K == WorkerKind::kThreads;
  static constexpr Facts kFacts{.name = kThreads ? "thread_pool" : "process_pool",
                                .label = kThreads ? "gilfree th::Pool" : "gilfree mp::Pool",
                                .family = "gilfree",
                                .primitive = "pool",
                                .wait = "adaptive"};
  static constexpr PoolTraits kTraits{.fifty = !kThreads, .chooses_chunks = true};
  static constexpr bool kTakesDelay = true;

  explicit GilfreePool(int workers) : pool_(workers) {}
  void map(const Numbers& inputs, std::size_t chunk, Numbers& outputs) {
    outputs = pool_.map(task, inputs, chunk);
  }
  int call(int x) { return pool_.apply(task, x); }

 private:
  gilfree::Pool<GilfreeScope<K>> pool_;
};

// Not a pool: a process for each task, all at once, whose exit code is the result.
class ProcessForEach {
 public:
  static constexpr Facts kFacts{.name = "process",
                                .label = "gilfree mp::Process",
                                .family = "gilfree",
                                .primitive = "process",
                                .wait = "block"};
  static constexpr PoolTraits kTraits{.maps = false, .calls = false, .fifty = true};

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

const Registration registered[] = {
    add_pool<GilfreePool<WorkerKind::kThreads>, WorkerKind::kThreads>(),
    add_pool<GilfreePool<WorkerKind::kProcesses>, WorkerKind::kProcesses>(),
    add_pool<ProcessForEach, WorkerKind::kProcesses>(),
};

}  // namespace
}  // namespace scenarios
