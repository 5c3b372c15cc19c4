#include "primitives/core/process_pool.h"

#include <sched.h>
#include <signal.h>

#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

#include "primitives/core/children.h"
#include "primitives/core/participant.h"
#include "primitives/core/threads.h"
#include "primitives/core/wire.h"
#include "primitives/errors.h"

namespace gilfree::core {
namespace {

using gilfree::internal::fork_count;
using gilfree::internal::how_it_ended;
using namespace std::chrono_literals;

constexpr auto kSupervisorsLastWord = 1s;
constexpr int kBuildUp = 48;  // pauses, about 0.7 us

std::exception_ptr worker_lost(int exitcode) {
  return std::make_exception_ptr(WorkerLost("gilfree::Pool: the worker that ran this task " +
                                            how_it_ended(exitcode) +
                                            "; run it again if that is safe"));
}

std::exception_ptr hopeless(int exitcode) {
  return std::make_exception_ptr(
      WorkerLost("gilfree::Pool: no worker survives the initializer, the last one " +
                 how_it_ended(exitcode) + "; mend it and make another pool"));
}

std::exception_ptr remote_error(const std::byte* bytes) {
  std::string type = Wire<std::string>::read(bytes);
  return std::make_exception_ptr(RemoteError(std::move(type), Wire<std::string>::read(bytes)));
}

}  // namespace

ProcessPool::ProcessPool(int workers, std::function<void()> initializer,
                         std::size_t max_tasks_per_child)
    : plan_{workers, std::move(initializer), max_tasks_per_child},
      share_(workers),
      forks_(fork_count()),
      seen_(workers) {
  start_supervisor();
}

ProcessPool::~ProcessPool() {
  if (forks_ == fork_count()) terminate();
}

std::vector<pid_t> ProcessPool::pids() const {
  std::vector<pid_t> all;
  for (int worker = 0; worker < share_.workers; ++worker) {
    all.push_back(share_.slot(worker).pid.load(std::memory_order_acquire));
  }
  return all;
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
    if (has_place()) {
      if (std::byte* to = share_.tasks->begin(bytes)) return to;
    }
    await(
        lock, kNever, [&] { return has_place() && room(); }, room);
    check();
  }
}

void ProcessPool::offer(const std::shared_ptr<AnyJob>& job, std::size_t first, std::uint32_t count,
                        RunTask run, const std::byte* written, std::size_t bytes) {
  if (free_.empty()) {
    const auto place = pending_.size();
    pending_.emplace_back().id = place;
    free_.push_back(place);
  }
  Pending& task = pending_[free_.back()];
  free_.pop_back();
  task.id += kMostTasks;
  task.job = job;
  task.first = first;
  task.count = count;
  task.delivered = 0;
  task.run = run;
  if (count > 1) task.bytes.assign(written, written + bytes);
  put_in_lane(task, const_cast<std::byte*>(written) - sizeof(TaskHead));
}

// What comes behind the head has been written.
void ProcessPool::put_in_lane(Pending& task, std::byte* head) {
  const TaskHead written{task.id, task.run, task.count, task.delivered};
  std::memcpy(head, &written, sizeof written);
  task.number = ++offered_;
  share_.tasks->commit();
  share_.state->offered.ring();
}

ProcessPool::Pending* ProcessPool::find(std::uint64_t id) {
  if (place_of(id) >= pending_.size()) return nullptr;
  Pending& task = pending_[place_of(id)];
  return task.id == id && task.job ? &task : nullptr;
}

void ProcessPool::release(Pending& task) {
  task.job.reset();
  task.bytes.clear();
  free_.push_back(place_of(task.id));
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
    const ProcessHandle supervisor = *supervisor_;
    lock.unlock();
    const bool news = share_.state->done
                          .wait(
                              deadline, kNoCpu, [&] { return has_results() || woken(); },
                              [&] { return ended = !supervisor.is_alive(); })
                          .has_value();
    lock.lock();
    if (ended) look_after_supervisor();
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
      if (!deliver_run(head, bytes) && head.id != lost) return;
    } else {
      deliver(head, bytes);
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
      broken_ = hopeless(exitcode);
      fail_all(broken_);
    } else {
      lose(head.id, exitcode);
    }
    any = true;
  }
  return any;
}

void ProcessPool::deliver(const ResultHead& head, const std::byte* bytes) {
  if (head.kind == Kind::kBroken) {
    if (!broken_) broken_ = remote_error(bytes);
    return fail_all(broken_);
  }
  Pending* task = find(head.id);
  if (task == nullptr) return;  // cancelled, or failed with all others
  const std::size_t item = task->first + head.item;
  if (head.kind == Kind::kError) {
    task->job->fail(item, remote_error(bytes));
  } else {
    try {
      task->job->deliver(item, 1, bytes);
    } catch (...) {
      task->job->fail(item, std::current_exception());  // a Codec's
    }
  }
  if (++task->delivered == task->count) release(*task);
}

// Hands out what of the run is there; true if that is all of it.
bool ProcessPool::deliver_run(const ResultHead& head, const std::byte* bytes) {
  const RunHead& run = *std::launder(reinterpret_cast<const RunHead*>(bytes));
  const auto done = run.done.load(std::memory_order_acquire);  // commit
  const bool whole = done == run.count.load(std::memory_order_acquire);
  Pending* task = find(head.id);
  if (task == nullptr || head.item + done == task->delivered) return whole;
  const auto known = task->delivered - head.item;
  task->delivered += done - known;
  task->job->deliver(task->first + head.item + known, done - known,
                     bytes + sizeof run + known * run.size);
  if (task->delivered == task->count) release(*task);
  return whole;
}

void ProcessPool::lose(std::uint64_t id, int exitcode) {
  Pending* task = find(id);
  if (task == nullptr) return;  // it had finished that one
  task->job->fail(task->first + task->delivered, worker_lost(exitcode));
  if (++task->delivered == task->count) return release(*task);
  std::byte* to = share_.tasks->begin(sizeof(TaskHead) + task->bytes.size());
  if (to == nullptr) {  // 4 GiB of arguments wait already
    while (task->delivered < task->count) {
      task->job->fail(task->first + task->delivered++, worker_lost(exitcode));
    }
    return release(*task);
  }
  task->id += kMostTasks;  // nobody can report the old one lost once more
  std::memcpy(to + sizeof(TaskHead), task->bytes.data(), task->bytes.size());
  put_in_lane(*task, to);
}

void ProcessPool::fail_all(const std::exception_ptr& error) {
  for (auto& task : pending_) {
    if (!task.job) continue;
    while (task.delivered < task.count) task.job->fail(task.first + task.delivered++, error);
    release(task);
  }
  share_.state->done.ring_all();
}

bool ProcessPool::cancel(AnyJob& job) {
  Lock lock(mutex_);
  collect_locked();
  PoolState& state = *share_.state;
  const TurnGuard turn(state.taking, [&] { share_.strike_out_claim(); });
  const auto taken = offered_ - share_.tasks->size();
  bool any = false;
  for (const auto& task : pending_) {
    if (task.job.get() != &job) continue;
    if (task.number <= taken || task.delivered > 0) return false;
    any = true;
  }
  const auto error = std::make_exception_ptr(
      Cancelled("gilfree::AsyncResult::get: the task was cancelled before a worker took it"));
  for (auto& task : pending_) {
    if (task.job.get() != &job) continue;
    state.cancelled[place_of(task.id)].store(task.id, std::memory_order_relaxed);
    state.cancels.fetch_add(1, std::memory_order_relaxed);
    while (task.delivered < task.count) task.job->fail(task.first + task.delivered++, error);
    release(task);
  }
  if (any) state.done.ring_sleepers();
  return any;
}

// --- The end, and the supervisor.

void ProcessPool::close() {
  const Lock lock(mutex_);
  closed_ = true;
  share_.state->closing.store(true, std::memory_order_release);
  share_.state->offered.ring_all();
}

void ProcessPool::terminate() {
  const Lock lock(mutex_);
  closed_ = terminated_ = true;
  supervisor_->terminate();
  if (!supervisor_->join_for(kSupervisorsLastWord)) supervisor_->kill();
  supervisor_->join();
  await_workers_end();
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
      lock, kNever, [&] { return under_way() == 0 && !supervisor_->is_alive(); },
      [&] { return false; });
}

void ProcessPool::start_supervisor() {
  supervisor_.emplace([this] { return supervise(share_, plan_); },
                      ProcessOptions{.name = "PoolSupervisor", .daemon = true});
  supervisor_->start();
}

// Having ended. It may have been killed; then the kernel has killed the workers.
void ProcessPool::look_after_supervisor() {
  if (supervisor_->is_alive()) return;  // another thread was here first
  await_workers_end();
  collect_locked();
  for (int worker = 0; worker < share_.workers; ++worker) {
    const auto task = share_.slot(worker).task.exchange(0, std::memory_order_acq_rel);
    take_results_of(worker, task);
    if (task != 0) lose(task, -SIGKILL);
  }
  if (broken_) return fail_all(broken_);
  if (terminated_ || (closed_ && under_way() == 0)) return;
  start_supervisor();
}

void ProcessPool::await_workers_end() {
  for (int worker = 0; worker < share_.workers; ++worker) {
    const auto& token = share_.slot(worker).token;
    while (is_dead<Processes>(token.load(std::memory_order_acquire)) == false &&
           token.load(std::memory_order_acquire) != kNobody) {
      ::sched_yield();
    }
  }
  const TurnGuard turn(share_.state->taking, [&] { share_.strike_out_claim(); });
}

}  // namespace gilfree::core
