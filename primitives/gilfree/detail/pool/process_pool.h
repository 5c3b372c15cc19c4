// ProcessPool: the pool's own side of a pool of processes: the calls that wait, and their supervisor.
//
//   auto pool = std::make_shared<ProcessPool>(workers, initializer, max_tasks_per_child);
//   pool->submit(result, 0, 1, run, bytes, write, Entry::kCall);   pool->wait(*result, kNever);
//
// There is no thread behind it, unless calls have callbacks: a thread that waits for one result takes all
// results that are there, for every waiter. It also restarts the supervisor if that was killed.
// `mutex_` guards all but what is shared with the workers (state.h) and what says otherwise.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "gilfree/deadline.h"
#include "gilfree/detail/pool/shared_result.h"
#include "gilfree/detail/pool/state.h"
#include "gilfree/detail/pool/task_router.h"
#include "gilfree/detail/pool/task_source.h"
#include "gilfree/process.h"
#include "gilfree/thread.h"

namespace gilfree::detail {

class ProcessPool : public ResultOwner,
                    public CallbackQueue,
                    public std::enable_shared_from_this<ProcessPool> {
 public:
  ProcessPool(int workers, std::function<void()> initializer, std::size_t max_tasks_per_child);
  ~ProcessPool() override;

  int workers() const { return share_.workers; }
  std::vector<pid_t> pids() const;
  // True in a forked child of the process that made it, which may neither use nor end it.
  bool is_inherited() const;

  // Has `run` called in a worker for `count` items, which go to the result's items from `first` on.
  // write(bytes) fills the `bytes` that `run` gets. Waits while too much is under way; false if that was so until the
  // deadline.
  template <typename Write>
  bool submit(const std::shared_ptr<AnySharedResult>& result, std::size_t first,
              std::uint32_t count, RunTask run, std::size_t bytes, Write write, Entry entry,
              Deadline deadline = kNever) {
    std::unique_lock lock(mutex_);
    router_.collect_now_and_then();
    std::byte* const head = room_for(lock, sizeof(TaskHead) + bytes, entry, deadline);
    if (head == nullptr) return false;
    std::byte* const to = head + sizeof(TaskHead);
    write(to);
    router_.offer(result, first, count, run, to, bytes);
    return true;
  }

  // Waits until there is room for so many bytes of a task; false if there was none until the deadline. Another thread may
  // take it.
  bool await_room(std::size_t bytes, Entry entry, Deadline deadline) {
    std::unique_lock lock(mutex_);
    return room_for(lock, sizeof(TaskHead) + bytes, entry, deadline) != nullptr;
  }

  // A source of tasks, which may submit after close() too until it ends.
  void begin_source(const std::shared_ptr<TaskSource>& source);
  void end_source(TaskSource& source);
  // False once what a source submits would be refused.
  bool accepts(Entry entry) const;

  bool wait(AnySharedResult& result, Deadline deadline) override;
  bool wait_until(const std::function<bool()>& ready, AnySharedResult::Event& event_count,
                  Deadline deadline) override;
  // True if none of its tasks had been taken by a worker. They never will.
  bool cancel(AnySharedResult& result) override;

  // Before the first call with a callback: starts the thread that runs them.
  void prepare_callbacks();
  // Called by the holder of the mutex: the callback of the result is due.
  void add(std::shared_ptr<AnySharedResult> result) override;
  // Of a result without items.
  void call_back_at_once(AnySharedResult& result);

  void close();
  void terminate();
  // Until every task is done and the workers have ended.
  void join();

 private:
  using Lock = std::unique_lock<std::mutex>;

  void check_here() const;
  void check(Entry entry) const;
  // Null if the deadline came first.
  std::byte* room_for(Lock& lock, std::size_t bytes, Entry entry, Deadline deadline);
  // Until ready(), which the lock guards; it is asked again when there are results, or woken().
  template <typename Ready, typename Woken>
  bool await(Lock& lock, Deadline deadline, Ready ready, Woken woken);
  void close_if_no_source();
  void start_callback_thread();
  void run_callbacks();
  void replace_callback_thread();

  // The supervisor and, through it, the workers. Once `terminated_` is set there is no other supervisor, and end_workers()
  // needs no mutex.
  void start_supervisor();
  bool is_supervised() const { return supervisor_->is_alive(); }
  void end_workers();
  void end_supervisor();
  void fail_what_is_left();
  void look_after_supervisor();

  const PoolPlan plan_;
  PoolShare share_;
  const int forks_;  // fork_count() of the process it serves

  mutable std::mutex mutex_;
  TaskRouter router_;
  std::optional<Process> supervisor_;
  bool closed_ = false, terminated_ = false;
  std::atomic<bool> supervisor_is_left_{
      false};                     // it was stopped when it was to end, and may not be killed
  int waiting_ = 0;               // threads
  int restarts_ = 0;              // of the supervisor, since there was a result
  std::uint64_t results_at_ = 0;  // router_.results() at the last restart
  OpenSources sources_;           // has a lock of its own

  std::optional<Thread> callback_thread_;
  std::deque<std::shared_ptr<AnySharedResult>> callbacks_;  // to be run, or left out
  std::atomic<bool> callback_news_{false};                  // read without the mutex
  bool calls_back_no_more_ = false;                         // there is no thread to do it
};

}  // namespace gilfree::detail
