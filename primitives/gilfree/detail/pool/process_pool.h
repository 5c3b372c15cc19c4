// ProcessPool: the pool's own side of a pool of processes: who waits, and what there is to wait for.
//
// There is no thread behind it: whoever waits for a job takes whatever results there are, for everybody.
// `mutex_` guards all but what is shared with the workers (state.h). Whoever waits revives
// the supervisor too, should somebody kill it (staff.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "gilfree/deadline.h"
#include "gilfree/detail/pool/shared_result.h"
#include "gilfree/detail/pool/staff.h"
#include "gilfree/detail/pool/state.h"
#include "gilfree/detail/pool/task_router.h"

namespace gilfree::detail {

class ProcessPool : public ResultOwner {
 public:
  ProcessPool(int workers, std::function<void()> initializer, std::size_t max_tasks_per_child);
  ~ProcessPool() override;

  int workers() const { return share_.workers; }
  std::vector<pid_t> pids() const { return staff_.pids(); }

  // Has `run` called in a worker for `count` items, which go to the job's items from `first` on.
  // write(bytes) fills the `bytes` that `run` gets. Waits while too much is under way.
  template <typename Write>
  void submit(const std::shared_ptr<AnySharedResult>& job, std::size_t first, std::uint32_t count,
              RunTask run, std::size_t bytes, Write write) {
    std::unique_lock lock(mutex_);
    exchange_.collect_now_and_then();
    std::byte* to = room_for(lock, sizeof(TaskHead) + bytes) + sizeof(TaskHead);
    write(to);
    exchange_.offer(job, first, count, run, to, bytes);
  }

  bool wait(AnySharedResult& job, Deadline deadline) override;
  void wait_until(const std::function<bool()>& ready, AnySharedResult::Event& event_count) override;
  // Takes what results there are.
  void collect();
  // True if none of its tasks had been taken by a worker. They never will.
  bool cancel(AnySharedResult& job) override;

  void close();
  void terminate();
  // Until every task is done and the workers have ended.
  void join();

 private:
  using Lock = std::unique_lock<std::mutex>;

  void check() const;
  std::byte* room_for(Lock& lock, std::size_t bytes);
  // Until ready(), which the lock guards; it is asked again when there are results, or woken().
  template <typename Ready, typename Woken>
  bool await(Lock& lock, Deadline deadline, Ready ready, Woken woken);
  void look_after_staff();

  const PoolPlan plan_;
  PoolShare share_;
  PoolStaff staff_;
  const int forks_;  // fork_count() of the process it serves

  mutable std::mutex mutex_;
  TaskRouter exchange_;
  bool closed_ = false, terminated_ = false;
  int waiting_ = 0;  // threads
};

}  // namespace gilfree::detail
