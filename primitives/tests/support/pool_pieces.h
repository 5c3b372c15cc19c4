// PoolInPieces: what a pool of processes is made of, without the processes: for walks, whose victim is
// its worker or its supervisor, and whose survivor stands for the pool's process.
//
//   PoolInPieces pool(1);
//   auto job = pool.post<int>(10, 2, [](int call) { return call; });    // ten calls, two a task
//   detail::work(pool.share, pool.plan, 0);                               // what a worker does
//   pool.exchange.collect();                                            // the results are the job's
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "gilfree/detail/memory/wire.h"
#include "gilfree/detail/pool/call.h"
#include "gilfree/detail/pool/process_tasks.h"
#include "gilfree/detail/pool/shared_result.h"
#include "gilfree/detail/pool/state.h"
#include "gilfree/detail/pool/task_router.h"

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
  std::shared_ptr<detail::SharedResult<Result>> post(int calls, int chunk, Function function) {
    auto job = std::make_shared<detail::SharedResult<Result>>(calls);
    for (int first = 0; first < calls; first += chunk) {
      const int count = std::min(chunk, calls - first);
      const std::size_t bytes = sizeof function + count * sizeof(int);
      std::byte* written =
          share.tasks->begin(sizeof(detail::TaskHead) + bytes) + sizeof(detail::TaskHead);
      std::byte* to = detail::write_function(function, written);
      for (int call = first; call < first + count; ++call) to = detail::Wire<int>::write(call, to);
      exchange.offer(job, first, count,
                     &detail::run_items<detail::Calls::kItem, Function, int, Result>, written,
                     bytes);
    }
    return job;
  }

  // No more tasks: workers end when they have run these.
  void close() {
    share.state->closing.store(true, std::memory_order_release);
    share.state->offered.notify_all();
  }

  detail::PoolShare share;
  detail::PoolPlan plan;
  detail::TaskRouter exchange;
};

}  // namespace gilfree::testing
