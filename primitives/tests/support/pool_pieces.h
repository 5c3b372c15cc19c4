// PoolInPieces: what a pool of processes is made of, without the processes: for walks, whose victim is
// its worker or its supervisor, and whose survivor stands for the pool's process.
//
//   PoolInPieces pool(1);
//   auto job = pool.post<int>(10, 2, [](int call) { return call; });    // ten calls, two a task
//   core::work(pool.share, pool.plan, 0);                               // what a worker does
//   pool.exchange.collect();                                            // the results are the job's
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "primitives/core/job.h"
#include "primitives/core/pool_call.h"
#include "primitives/core/pool_exchange.h"
#include "primitives/core/pool_state.h"
#include "primitives/core/process_tasks.h"
#include "primitives/core/wire.h"

namespace gilfree::testing {

struct PoolInPieces {
  explicit PoolInPieces(int workers)
      : share(workers),
        plan{.workers = workers, .initializer = nullptr, .max_tasks_per_child = 0},
        exchange(share) {}
  PoolInPieces(const PoolInPieces&) = delete;
  PoolInPieces& operator=(const PoolInPieces&) = delete;

  // Calls function(0), function(1) ...: as a Pool's map does it.
  template <typename Result, typename Function>
  std::shared_ptr<core::Job<Result>> post(int calls, int chunk, Function function) {
    auto job = std::make_shared<core::Job<Result>>(calls);
    for (int first = 0; first < calls; first += chunk) {
      const int count = std::min(chunk, calls - first);
      const std::size_t bytes = sizeof function + count * sizeof(int);
      std::byte* written =
          share.tasks->begin(sizeof(core::TaskHead) + bytes) + sizeof(core::TaskHead);
      std::byte* to = core::write_function(function, written);
      for (int call = first; call < first + count; ++call) to = core::Wire<int>::write(call, to);
      exchange.offer(job, first, count, &core::run_items<core::Calls::kItem, Function, int, Result>,
                     written, bytes);
    }
    return job;
  }

  // No more tasks: workers end when they have run these.
  void close() {
    share.state->closing.store(true, std::memory_order_release);
    share.state->offered.ring_all();
  }

  core::PoolShare share;
  core::PoolPlan plan;
  core::PoolExchange exchange;
};

}  // namespace gilfree::testing
