#include "gilfree/detail/pool/task_router.h"

#include <signal.h>

#include <cstring>
#include <utility>

#include "gilfree/deadline.h"
#include "gilfree/detail/pool/errors.h"
#include "gilfree/errors.h"

namespace gilfree::detail {

void TaskRouter::offer(const std::shared_ptr<AnySharedResult>& job, std::size_t first,
                       std::uint32_t count, RunTask run, std::byte* written, std::size_t bytes) {
  InFlightTask& task = pending_.add(job, first, count, run, {written, bytes});
  put_in_lane(task, written - sizeof(TaskHead));
}

// What comes behind the head has been written.
void TaskRouter::put_in_lane(InFlightTask& task, std::byte* head) {
  const TaskHead written{task.id, task.run, task.count, task.delivered};
  std::memcpy(head, &written, sizeof written);
  task.number = ++offered_;
  share_.tasks->commit();
  share_.state->limit.notify_one(share_.state->offered);
}

bool TaskRouter::has_results() const {
  for (int worker = 0; worker < share_.workers; ++worker) {
    if (share_.slot(worker).generation.load(std::memory_order_acquire) !=
        seen_[worker].load(std::memory_order_relaxed)) {
      return true;
    }
  }
  return !share_.losses->is_empty();
}

bool TaskRouter::collect() {
  bool any = false;
  for (int worker = 0; worker < share_.workers; ++worker) {
    const auto generation = share_.slot(worker).generation.load(std::memory_order_acquire);
    if (generation == seen_[worker].load(std::memory_order_relaxed)) continue;
    seen_[worker].store(generation, std::memory_order_relaxed);
    take_results_of(worker);
    ++results_;
    any = true;
  }
  if (take_losses()) any = true;
  if (any) share_.state->taken.notify_if_waiting();
  return any;
}

// `lost`: the task that it died at, of whose results there will be no more.
void TaskRouter::take_results_of(int worker, std::uint64_t lost) {
  RecordRing& ring = *share_.results[worker];
  while (const auto record = ring.front()) {
    ResultHead head;
    std::memcpy(&head, record->data(), sizeof head);
    const std::byte* bytes = record->data() + sizeof head;
    if (head.kind == Kind::kRun) {
      if (!pending_.deliver_run(head, bytes) && head.id != lost) return;
    } else if (head.kind == Kind::kBroken) {
      break_down(read_remote_error(bytes));
    } else {
      pending_.deliver(head, bytes);
    }
    ring.pop();
  }
}

bool TaskRouter::take_losses() {
  bool any = false;
  while (const auto record = share_.losses->front()) {
    ResultHead head;
    int exitcode;
    std::memcpy(&head, record->data(), sizeof head);
    std::memcpy(&exitcode, record->data() + sizeof head, sizeof exitcode);
    // What it handed in before it died comes first.
    take_results_of(static_cast<int>(head.item), head.id);
    if (head.kind == Kind::kHopeless) {
      break_down(no_worker_survives(exitcode));
    } else if (head.kind == Kind::kNoWorker) {
      break_down(no_worker_started(exitcode));
    } else {
      lose(head.id, exitcode);
    }
    share_.losses->pop();  // last: see takes_no_more()
    any = true;
  }
  if (any && share_.state->closing.load(std::memory_order_relaxed)) share_.let_workers_leave();
  return any;
}

// What it had not begun is for another to run.
void TaskRouter::lose(std::uint64_t id, int exitcode) {
  const auto lost = worker_lost(exitcode);
  InFlightTask* task = pending_.lose(id, lost);
  if (task == nullptr) return;
  std::byte* to = share_.tasks->begin(sizeof(TaskHead) + task->bytes.size());
  if (to == nullptr) return pending_.fail(*task, lost);  // 4 GiB of arguments wait already
  std::memcpy(to + sizeof(TaskHead), task->bytes.data(), task->bytes.size());
  put_in_lane(*task, to);
}

void TaskRouter::break_down(std::exception_ptr error) {
  if (!broken_) broken_ = std::move(error);
  fail_all(broken_);
}

void TaskRouter::fail_all(const std::exception_ptr& error) {
  pending_.fail_all(error);
  share_.state->done.notify_all();
}

void TaskRouter::lose_all() {
  collect();
  for (int worker = 0; worker < share_.workers; ++worker) {
    const auto task = share_.slot(worker).task.exchange(0, std::memory_order_acq_rel);
    take_results_of(worker, task);
    if (task != 0) lose(task, -SIGKILL);
  }
  if (broken_) fail_all(broken_);
}

bool TaskRouter::cancel(AnySharedResult& job) {
  collect();
  PoolState& state = *share_.state;
  const BiasedGuard guard(state.taking, kNow, [&] { share_.strike_out_claim(); });
  if (!guard) return false;  // a worker stands still while it takes one, perhaps of this job
  const auto taken = offered_ - share_.tasks->size();
  bool any = false, begun = false;
  pending_.for_each_of(job, [&](const InFlightTask& task) {
    if (task.number <= taken || task.delivered > 0) begun = true;
    any = true;
  });
  if (!any || begun) return false;
  const auto error = std::make_exception_ptr(
      Cancelled("gilfree::AsyncResult::get: the task was cancelled before a worker took it"));
  pending_.for_each_of(job, [&](InFlightTask& task) {
    state.cancelled[place_of(task.id)].store(task.id, std::memory_order_relaxed);
    state.cancels.fetch_add(1, std::memory_order_relaxed);
    pending_.fail(task, error);
  });
  state.done.notify_if_waiting();
  return true;
}

}  // namespace gilfree::detail
