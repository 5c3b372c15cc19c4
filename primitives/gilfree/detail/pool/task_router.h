// TaskRouter: a process pool's tasks on their way to the workers, and what comes back.
//
//   std::byte* to = share.tasks->begin(sizeof(TaskHead) + bytes) + sizeof(TaskHead);   // write there
//   router.offer(job, first, count, run, to, bytes);
//   router.collect();               // hands out what results there are, and what deaths are reported
//
// ProcessPool's mutex guards it, but for has_results().
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <vector>

#include "gilfree/detail/pool/in_flight_tasks.h"
#include "gilfree/detail/pool/shared_result.h"
#include "gilfree/detail/pool/state.h"

namespace gilfree::detail {

class TaskRouter {
 public:
  explicit TaskRouter(PoolShare& share)
      : share_(share), seen_(static_cast<std::size_t>(share.workers)) {}

  bool has_place() const { return pending_.has_place(); }
  std::size_t under_way() const { return pending_.size(); }
  // What every task becomes, if no worker will run one.
  const std::exception_ptr& broken() const { return broken_; }
  // From now on every task becomes `error`.
  void break_down(std::exception_ptr error);
  // How often results were taken so far.
  std::uint64_t results() const { return results_; }

  // A task whose `bytes` have been written, behind room for its head.
  void offer(const std::shared_ptr<AnySharedResult>& job, std::size_t first, std::uint32_t count,
             RunTask run, std::byte* written, std::size_t bytes);

  bool has_results() const;
  // Hands out what there is; true if that was anything.
  bool collect();
  // For a caller that offers many tasks and waits for none.
  void collect_now_and_then() {
    if (under_way() > kMostTasks / 4 && offered_ % 256 == 0) collect();
  }
  // The workers have died with their supervisor: what each was at is lost.
  void lose_all();
  void fail_all(const std::exception_ptr& error);
  // True if none of the job's tasks had been taken by a worker: they never will. Waits for a worker that is taking one at
  // most for kHeartbeat; false then too.
  bool cancel(AnySharedResult& job);

 private:
  void put_in_lane(InFlightTask& task, std::byte* head);
  void take_results_of(int worker, std::uint64_t lost = 0);
  bool take_losses();
  void lose(std::uint64_t id, int exitcode);

  PoolShare& share_;
  InFlightTasks pending_;
  std::uint64_t offered_ = 0;  // tasks put into the ring so far
  std::uint64_t results_ = 0;
  std::exception_ptr broken_;  // what every task becomes
  std::vector<std::atomic<std::uint64_t>>
      seen_;  // generation of each worker; read without the mutex
};

}  // namespace gilfree::detail
