#include "gilfree/detail/pool/process_pool.h"

#include <stdexcept>
#include <utility>

#include "gilfree/detail/process/thread_registry.h"
#include "gilfree/errors.h"

namespace gilfree::detail {
namespace {

using gilfree::detail::fork_count;

constexpr int kBuildUp = 48;  // pauses, about 0.7 us

}  // namespace

ProcessPool::ProcessPool(int workers, std::function<void()> initializer,
                         std::size_t max_tasks_per_child)
    : plan_{workers, std::move(initializer), max_tasks_per_child},
      share_(workers),
      staff_(share_, plan_),
      forks_(fork_count()),
      exchange_(share_) {}

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
  if (exchange_.broken()) std::rethrow_exception(exchange_.broken());
}

std::byte* ProcessPool::room_for(Lock& lock, std::size_t bytes) {
  check();
  const auto room = [&] { return share_.tasks->has_room(bytes); };
  while (true) {
    if (exchange_.has_place()) {
      if (std::byte* to = share_.tasks->begin(bytes)) return to;
    }
    await(
        lock, kNever, [&] { return exchange_.has_place() && room(); }, room);
    check();
  }
}

// --- Results out of the lanes.

bool ProcessPool::wait(AnySharedResult& job, Deadline deadline) {
  if (job.is_done()) return true;
  if (forks_ != fork_count()) check();
  const auto done = [&] { return job.is_done(); };
  Lock lock(mutex_);
  return await(lock, deadline, done, done);
}

void ProcessPool::wait_until(const std::function<bool()>& ready, AnySharedResult::Event&) {
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
    const bool any = exchange_.collect();
    if (waiting_ > 1) share_.state->done.notify_if_waiting();  // what they wait for may be among it
    if (ready()) return true;
    // More is to come: let it, rather than fight for the lines on which it is written.
    for (int i = 0; any && i < kBuildUp; ++i) relax();
    const ProcessHandle supervisor = staff_.supervisor();
    lock.unlock();
    const bool news = share_.state->done
                          .wait(
                              deadline, kNoCpu, [&] { return exchange_.has_results() || woken(); },
                              [&] { return ended = !supervisor.is_alive(); })
                          .has_value();
    lock.lock();
    if (ended) look_after_staff();
    if (!news && !exchange_.has_results()) return ready();
  }
}

void ProcessPool::collect() {
  Lock lock(mutex_);
  exchange_.collect();
}

bool ProcessPool::cancel(AnySharedResult& job) {
  Lock lock(mutex_);
  return exchange_.cancel(job);
}

// --- The end, and the staff.

void ProcessPool::close() {
  const Lock lock(mutex_);
  closed_ = true;
  share_.state->closing.store(true, std::memory_order_release);
  share_.state->offered.notify_all();
}

void ProcessPool::terminate() {
  const Lock lock(mutex_);
  closed_ = terminated_ = true;
  staff_.end();
  exchange_.collect();
  exchange_.fail_all(std::make_exception_ptr(
      Closed("gilfree::AsyncResult::get: the pool was terminated before the task was done")));
}

void ProcessPool::join() {
  Lock lock(mutex_);
  if (!closed_) {
    throw std::logic_error("gilfree::Pool::join: call close() or terminate() first");
  }
  await(
      lock, kNever, [&] { return exchange_.under_way() == 0 && !staff_.is_supervised(); },
      [&] { return false; });
}

// Its supervisor has ended.
void ProcessPool::look_after_staff() {
  if (staff_.is_supervised()) return;  // another thread was here first
  share_.await_workers_end();
  exchange_.lose_all();
  if (exchange_.broken()) return;
  if (terminated_ || (closed_ && exchange_.under_way() == 0)) return;
  staff_.start();
}

}  // namespace gilfree::detail
