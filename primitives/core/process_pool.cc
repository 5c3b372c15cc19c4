#include "primitives/core/process_pool.h"

#include <signal.h>

#include <cstring>
#include <stdexcept>
#include <utility>

#include "primitives/core/pool_errors.h"
#include "primitives/core/threads.h"
#include "primitives/errors.h"

namespace gilfree::core {
namespace {

using gilfree::internal::fork_count;

constexpr int kBuildUp = 48;  // pauses, about 0.7 us

}  // namespace

ProcessPool::ProcessPool(int workers, std::function<void()> initializer,
                         std::size_t max_tasks_per_child)
    : plan_{workers, std::move(initializer), max_tasks_per_child},
      share_(workers),
      staff_(share_, plan_),
      forks_(fork_count()),
      seen_(workers) {}

ProcessPool::~ProcessPool() {
  if (forks_ == fork_count()) terminate();
}

// --- Tasks into the lane.

void ProcessPool::check() const {
  if (forks_ != fork_count()) {
    throw std::logic_error(
        "gilfree::Pool: only the process that made the pool may use it; make another one here");
  }
  if (closed_) throw Closed("gilfree::Pool: closed or terminated; it takes no more tasks");
  if (broken_) std::rethrow_exception(broken_);
}

std::byte* ProcessPool::room_for(Lock& lock, std::size_t bytes) {
  check();
  const auto room = [&] { return share_.tasks->has_room(bytes); };
  while (true) {
    if (pending_.has_place()) {
      if (std::byte* to = share_.tasks->begin(bytes)) return to;
    }
    await(
        lock, kNever, [&] { return pending_.has_place() && room(); }, room);
    check();
  }
}

void ProcessPool::offer(const std::shared_ptr<AnyJob>& job, std::size_t first, std::uint32_t count,
                        RunTask run, std::byte* written, std::size_t bytes) {
  PendingTask& task = pending_.add(job, first, count, run, {written, bytes});
  put_in_lane(task, written - sizeof(TaskHead));
}

// What comes behind the head has been written.
void ProcessPool::put_in_lane(PendingTask& task, std::byte* head) {
  const TaskHead written{task.id, task.run, task.count, task.delivered};
  std::memcpy(head, &written, sizeof written);
  task.number = ++offered_;
  share_.tasks->commit();
  share_.state->offered.ring();
}

// --- Results out of the lanes.

bool ProcessPool::wait(AnyJob& job, Deadline deadline) {
  if (job.is_done()) return true;
  if (forks_ != fork_count()) check();
  const auto done = [&] { return job.is_done(); };
  Lock lock(mutex_);
  return await(lock, deadline, done, done);
}

void ProcessPool::wait_until(const std::function<bool()>& ready, AnyJob::Bell&) {
  Lock lock(mutex_);
  await(lock, kNever, ready, ready);
}

template <typename Ready, typename Woken>
bool ProcessPool::await(Lock& lock, Deadline deadline, Ready ready, Woken woken) {
  struct Waiting {
    int& count;
    explicit Waiting(int& threads) : count(threads) { ++count; }
    ~Waiting() { --count; }
  } waiting(waiting_);
  for (bool ended = false;; ended = false) {
    const bool any = collect_locked();
    if (waiting_ > 1) share_.state->done.ring_sleepers();  // what they wait for may be among it
    if (ready()) return true;
    // More is to come: let it, rather than fight for the lines on which it is written.
    for (int i = 0; any && i < kBuildUp; ++i) relax();
    const ProcessHandle supervisor = staff_.supervisor();
    lock.unlock();
    const bool news = share_.state->done
                          .wait(
                              deadline, kNoCpu, [&] { return has_results() || woken(); },
                              [&] { return ended = !supervisor.is_alive(); })
                          .has_value();
    lock.lock();
    if (ended) look_after_staff();
    if (!news && !has_results()) return ready();
  }
}

bool ProcessPool::has_results() const {
  for (int worker = 0; worker < share_.workers; ++worker) {
    if (share_.slot(worker).news.load(std::memory_order_acquire) !=
        seen_[worker].load(std::memory_order_relaxed)) {
      return true;
    }
  }
  return !share_.losses->is_empty();
}

void ProcessPool::collect() {
  Lock lock(mutex_);
  collect_locked();
}

bool ProcessPool::collect_locked() {
  bool any = false;
  for (int worker = 0; worker < share_.workers; ++worker) {
    const auto news = share_.slot(worker).news.load(std::memory_order_acquire);
    if (news == seen_[worker].load(std::memory_order_relaxed)) continue;
    seen_[worker].store(news, std::memory_order_relaxed);
    take_results_of(worker);
    any = true;
  }
  if (take_losses()) any = true;
  if (any) share_.state->taken.ring_sleepers();
  return any;
}

// `lost`: the task that it died at, of whose results there will be no more.
void ProcessPool::take_results_of(int worker, std::uint64_t lost) {
  Lane& lane = *share_.results[worker];
  while (const auto record = lane.front()) {
    ResultHead head;
    std::memcpy(&head, record->data(), sizeof head);
    const std::byte* bytes = record->data() + sizeof head;
    if (head.kind == Kind::kRun) {
      if (!pending_.deliver_run(head, bytes) && head.id != lost) return;
    } else if (head.kind == Kind::kBroken) {
      if (!broken_) broken_ = read_remote_error(bytes);
      fail_all(broken_);
    } else {
      pending_.deliver(head, bytes);
    }
    lane.pop();
  }
}

bool ProcessPool::take_losses() {
  bool any = false;
  while (const auto record = share_.losses->front()) {
    ResultHead head;
    int exitcode;
    std::memcpy(&head, record->data(), sizeof head);
    std::memcpy(&exitcode, record->data() + sizeof head, sizeof exitcode);
    share_.losses->pop();
    // What it handed in before it died comes first.
    take_results_of(static_cast<int>(head.item), head.id);
    if (head.kind == Kind::kHopeless) {
      broken_ = no_worker_survives(exitcode);
      fail_all(broken_);
    } else {
      lose(head.id, exitcode);
    }
    any = true;
  }
  return any;
}

// What it had not begun is for another to run.
void ProcessPool::lose(std::uint64_t id, int exitcode) {
  const auto lost = worker_lost(exitcode);
  PendingTask* task = pending_.lose(id, lost);
  if (task == nullptr) return;
  std::byte* to = share_.tasks->begin(sizeof(TaskHead) + task->bytes.size());
  if (to == nullptr) return pending_.fail(*task, lost);  // 4 GiB of arguments wait already
  std::memcpy(to + sizeof(TaskHead), task->bytes.data(), task->bytes.size());
  put_in_lane(*task, to);
}

void ProcessPool::fail_all(const std::exception_ptr& error) {
  pending_.fail_all(error);
  share_.state->done.ring_all();
}

bool ProcessPool::cancel(AnyJob& job) {
  Lock lock(mutex_);
  collect_locked();
  PoolState& state = *share_.state;
  const TurnGuard turn(state.taking, [&] { share_.strike_out_claim(); });
  const auto taken = offered_ - share_.tasks->size();
  bool any = false, begun = false;
  pending_.for_each_of(job, [&](const PendingTask& task) {
    if (task.number <= taken || task.delivered > 0) begun = true;
    any = true;
  });
  if (!any || begun) return false;
  const auto error = std::make_exception_ptr(
      Cancelled("gilfree::AsyncResult::get: the task was cancelled before a worker took it"));
  pending_.for_each_of(job, [&](PendingTask& task) {
    state.cancelled[place_of(task.id)].store(task.id, std::memory_order_relaxed);
    state.cancels.fetch_add(1, std::memory_order_relaxed);
    pending_.fail(task, error);
  });
  state.done.ring_sleepers();
  return true;
}

// --- The end, and the staff.

void ProcessPool::close() {
  const Lock lock(mutex_);
  closed_ = true;
  share_.state->closing.store(true, std::memory_order_release);
  share_.state->offered.ring_all();
}

void ProcessPool::terminate() {
  const Lock lock(mutex_);
  closed_ = terminated_ = true;
  staff_.end();
  collect_locked();
  fail_all(std::make_exception_ptr(
      Closed("gilfree::AsyncResult::get: the pool was terminated before the task was done")));
}

void ProcessPool::join() {
  Lock lock(mutex_);
  if (!closed_) {
    throw std::logic_error("gilfree::Pool::join: call close() or terminate() first");
  }
  await(
      lock, kNever, [&] { return pending_.size() == 0 && !staff_.is_supervised(); },
      [&] { return false; });
}

// Its supervisor has ended.
void ProcessPool::look_after_staff() {
  if (staff_.is_supervised()) return;  // another thread was here first
  staff_.await_workers_end();
  collect_locked();
  for (int worker = 0; worker < share_.workers; ++worker) {
    const auto task = share_.slot(worker).task.exchange(0, std::memory_order_acq_rel);
    take_results_of(worker, task);
    if (task != 0) lose(task, -SIGKILL);
  }
  if (broken_) return fail_all(broken_);
  if (terminated_ || (closed_ && pending_.size() == 0)) return;
  staff_.start();
}

}  // namespace gilfree::core
