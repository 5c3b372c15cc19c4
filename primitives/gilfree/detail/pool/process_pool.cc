#include "gilfree/detail/pool/process_pool.h"

#include <stdexcept>
#include <utility>

#include "gilfree/detail/base/uncaught.h"
#include "gilfree/detail/pool/errors.h"
#include "gilfree/detail/process/thread_registry.h"
#include "gilfree/errors.h"

namespace gilfree::detail {
namespace {

constexpr int kBuildUp = 48;  // pauses, about 0.7 us

}  // namespace

ProcessPool::ProcessPool(int workers, std::function<void()> initializer,
                         std::size_t max_tasks_per_child)
    : plan_{workers, std::move(initializer), max_tasks_per_child},
      share_(workers),
      forks_(fork_count()),
      router_(share_) {
  start_supervisor();
}

ProcessPool::~ProcessPool() {
  if (!is_inherited() && !terminated_) terminate();
}

bool ProcessPool::is_inherited() const { return forks_ != fork_count(); }

// --- Tasks into the ring.

void ProcessPool::check_here() const {
  if (!is_inherited()) return;
  throw std::logic_error(
      "gilfree::Pool: only the process that made the pool may use it; make another one here");
}

void ProcessPool::check(Entry entry) const {
  check_here();
  if (entry == Entry::kCall ? closed_ : terminated_) {
    throw Closed("gilfree::Pool: closed or terminated; it takes no more tasks");
  }
  if (router_.broken()) std::rethrow_exception(router_.broken());
}

bool ProcessPool::accepts(Entry entry) const {
  const Lock lock(mutex_);
  return !(entry == Entry::kCall ? closed_ : terminated_) && !router_.broken();
}

std::byte* ProcessPool::room_for(Lock& lock, std::size_t bytes, Entry entry, Deadline deadline) {
  check(entry);
  const auto room = [&] { return share_.tasks->has_room(bytes); };
  while (true) {
    if (router_.has_place()) {
      if (std::byte* to = share_.tasks->begin(bytes)) return to;
    }
    const bool in_time = await(
        lock, deadline, [&] { return router_.has_place() && room(); }, room);
    check(entry);
    if (!in_time) return nullptr;
  }
}

void ProcessPool::begin_source(const std::shared_ptr<TaskSource>& source) {
  check_here();
  const Lock lock(mutex_);
  check(Entry::kCall);
  sources_.add(source);
}

void ProcessPool::end_source(TaskSource& source) {
  const Lock lock(mutex_);
  sources_.remove(source);
  if (closed_) close_if_no_source();
}

// --- Results out of the rings.

bool ProcessPool::wait(AnySharedResult& result, Deadline deadline) {
  if (result.is_done()) return true;
  check_here();
  const auto done = [&] { return result.is_done(); };
  Lock lock(mutex_);
  return await(lock, deadline, done, done);
}

bool ProcessPool::wait_until(const std::function<bool()>& ready, AnySharedResult::Event&,
                             Deadline deadline) {
  check_here();
  Lock lock(mutex_);
  return await(lock, deadline, ready, ready);
}

template <typename Ready, typename Woken>
bool ProcessPool::await(Lock& lock, Deadline deadline, Ready ready, Woken woken) {
  struct Waiting {
    int& count;
    explicit Waiting(int& threads) : count(threads) { ++count; }
    ~Waiting() { --count; }
  } waiting(waiting_);
  for (bool ended = false;; ended = false) {
    const bool any = router_.collect();
    if (waiting_ > 1) share_.state->done.notify_if_waiting();  // what they wait for may be among it
    if (ready()) return true;
    // More is to come: let it, rather than fight for the lines on which it is written.
    for (int i = 0; any && i < kBuildUp; ++i) relax();
    const ProcessHandle supervisor = *supervisor_;
    // A broken pool gets no other supervisor. A wait that ends because its last one has ended would never sleep.
    const bool is_left = router_.broken() && !is_supervised();
    lock.unlock();
    const Waited waited = share_.state->done.wait_alone(
        deadline, [&] { return router_.has_results() || woken(); },
        [&] { return ended = !is_left && !supervisor.is_alive(); });
    lock.lock();
    if (ended) look_after_supervisor();
    if (waited == Waited::kTooLate && !router_.has_results()) return ready();
  }
}

bool ProcessPool::cancel(AnySharedResult& result) {
  check_here();
  Lock lock(mutex_);
  return router_.cancel(result);
}

// --- Callbacks.

void ProcessPool::prepare_callbacks() {
  check_here();
  const Lock lock(mutex_);
  check(Entry::kCall);
  if (!callback_thread_) start_callback_thread();
}

// For the owner of mutex_.
void ProcessPool::start_callback_thread() {
  callback_thread_.emplace([self = shared_from_this()] { self->run_callbacks(); },
                           ThreadOptions{.name = "PoolCallbacks", .daemon = true});
  try {
    callback_thread_->start();
  } catch (...) {
    callback_thread_.reset();
    throw;
  }
}

// For the thread behind callbacks, when one has ended it. If there can be no other, the pool is broken, and results are
// done without being called back for.
void ProcessPool::replace_callback_thread() {
  const Lock lock(mutex_);
  try {
    start_callback_thread();
  } catch (...) {
    report_uncaught("gilfree::Pool: callback");
    calls_back_no_more_ = true;
    for (const auto& result : callbacks_) result->leave_callback_out();
    router_.break_down(std::current_exception());
  }
  share_.state->done.notify_all();  // the result of the one that has ended it is done now
}

void ProcessPool::add(std::shared_ptr<AnySharedResult> result) {
  if (calls_back_no_more_) result->leave_callback_out();
  callbacks_.push_back(std::move(result));
  callback_news_.store(true, std::memory_order_release);
  share_.state->done.notify_all();
}

void ProcessPool::call_back_at_once(AnySharedResult& result) {
  const Lock lock(mutex_);
  result.call_back_at_once();
}

// The life of the thread behind callbacks: it waits as any caller does, so results are also collected.
// A callback may end it.
void ProcessPool::run_callbacks() {
  struct Guard {
    ProcessPool& pool;
    bool unwound = true;
    ~Guard() {
      if (unwound) pool.replace_callback_thread();
    }
  } guard{*this};
  Lock lock(mutex_);
  while (true) {
    const auto is_over = [&] {
      const bool has_ended = terminated_ || (closed_ && sources_.empty() && !is_supervised());
      return has_ended && router_.under_way() == 0;
    };
    await(
        lock, kNever, [&] { return !callbacks_.empty() || is_over(); },
        [&] { return callback_news_.load(std::memory_order_acquire); });
    if (callbacks_.empty()) break;
    auto result = std::move(callbacks_.front());
    callbacks_.pop_front();
    callback_news_.store(!callbacks_.empty(), std::memory_order_release);
    lock.unlock();
    result->run_callback();
    result.reset();  // what the callback holds may use the pool when it is destroyed
    share_.state->done.notify_all();  // it is done now
    lock.lock();
  }
  guard.unwound = false;
}

// --- The end.

void ProcessPool::close_if_no_source() {
  if (!sources_.empty()) return;
  share_.state->closing.store(true, std::memory_order_release);
  share_.let_workers_leave();
}

void ProcessPool::close() {
  check_here();
  const Lock lock(mutex_);
  closed_ = true;
  close_if_no_source();
}

// After terminate(): what has not been done by now never will be.
void ProcessPool::fail_what_is_left() {
  router_.collect();
  router_.fail_all(std::make_exception_ptr(
      Closed("gilfree::AsyncResult::get: the pool was terminated before the task was done")));
}

void ProcessPool::terminate() {
  check_here();
  Lock lock(mutex_);
  closed_ = terminated_ = true;
  lock.unlock();  // whoever waits for a result until a deadline waits no longer than that
  end_workers();
  lock.lock();
  fail_what_is_left();
  callback_news_.store(true, std::memory_order_release);
  share_.state->done.notify_all();
  while (callback_thread_ && *callback_thread_ != current_thread()) {
    const ThreadHandle callbacks = *callback_thread_;
    lock.unlock();
    callbacks.join();
    lock.lock();
    if (callback_thread_ && *callback_thread_ == callbacks) return;  // it was not replaced
  }
}

void ProcessPool::join() {
  check_here();
  Lock lock(mutex_);
  if (!closed_) {
    throw std::logic_error("gilfree::Pool::join: call close() or terminate() first");
  }
  if (!terminated_) {
    lock.unlock();
    sources_.send_all();
    lock.lock();
  }
  await(
      lock, kNever,
      [&] {
        return router_.under_way() == 0 &&
               (supervisor_is_left_.load(std::memory_order_acquire) || !is_supervised());
      },
      [&] { return false; });
}

}  // namespace gilfree::detail
