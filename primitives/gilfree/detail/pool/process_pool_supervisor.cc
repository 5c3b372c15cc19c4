// ProcessPool: its supervisor, seen from the pool's process: started, ended, and replaced if it was killed.

#include <chrono>
#include <exception>
#include <system_error>
#include <vector>

#include "gilfree/detail/pool/errors.h"
#include "gilfree/detail/pool/process_pool.h"
#include "gilfree/errors.h"

namespace gilfree::detail {
namespace {

using namespace std::chrono_literals;

constexpr auto kSupervisorsLastWord = 1s;
constexpr int kMostRestarts = 100;  // of a supervisor, without a result in between

}  // namespace

std::vector<pid_t> ProcessPool::pids() const {
  check_here();
  std::vector<pid_t> all;
  for (int worker = 0; worker < share_.workers; ++worker) {
    all.push_back(share_.slot(worker).pid.load(std::memory_order_acquire));
  }
  return all;
}

void ProcessPool::start_supervisor() {
  supervisor_.emplace([this] { return supervise(share_, plan_); },
                      ProcessOptions{.name = "PoolSupervisor", .daemon = true});
  supervisor_->start();
}

// If this process has become another user since it made the pool, the supervisor finds `terminated` within half a
// second. One that does not, as it was stopped, is left: it ends with this process.
void ProcessPool::end_supervisor() {
  try {
    supervisor_->terminate();
    if (!supervisor_->join_for(kSupervisorsLastWord)) supervisor_->kill();
    supervisor_->join();
  } catch (const std::system_error&) {
    supervisor_is_left_.store(!supervisor_->join_for(2 * kSupervisorsLastWord),
                              std::memory_order_release);
  }
}

// Whatever the workers are at.
void ProcessPool::end_workers() {
  share_.state->terminated.store(true, std::memory_order_release);
  if (supervisor_->pid() != 0) end_supervisor();
  if (share_.kill_workers()) share_.await_workers_end();
}

// It has ended.
void ProcessPool::look_after_supervisor() {
  if (is_supervised()) return;  // another thread was here first
  const bool workers_end = share_.kill_workers();
  if (workers_end) share_.await_workers_end();
  if (terminated_) return fail_what_is_left();
  if (!workers_end) return router_.break_down(worker_may_not_be_killed());
  router_.lose_all();
  if (router_.broken()) return;
  if (closed_ && router_.under_way() == 0 && sources_.empty()) return;
  restarts_ = results_at_ == router_.results() ? restarts_ + 1 : 1;
  results_at_ = router_.results();
  try {
    if (restarts_ > kMostRestarts) throw WorkerLost(kNoSupervisor);
    start_supervisor();
  } catch (...) {
    router_.break_down(std::current_exception());
  }
}

}  // namespace gilfree::detail
