// The life of a pool's supervisor: replace workers that end, and say which task each was at.

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <ctime>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "gilfree/detail/pool/state.h"
#include "gilfree/detail/process/child.h"
#include "gilfree/detail/process/child_registry.h"
#include "gilfree/process.h"

namespace gilfree::detail {
namespace {

class Supervisor {
 public:
  Supervisor(PoolShare& share, const PoolPlan& plan)
      : share_(share), plan_(plan), workers_(share.workers) {}

  int run() {
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGCHLD);
    ::sigaddset(&signals, SIGTERM);
    ::signal(SIGCHLD, SIG_DFL);
    ::sigprocmask(SIG_BLOCK, &signals, &before_);
    process_self().keeps_its_user = true;  // so the kernel kills each worker with it
    for (int worker = 0; worker < share_.workers; ++worker) start(worker);
    while (running_ > 0 || missing_ > 0) {
      siginfo_t what{};
      const auto next_look = missing_ > 0 ? kRetry : kLook;
      const timespec pause{.tv_sec = 0, .tv_nsec = next_look.count()};
      const int signal = missing_ > 0 || may_get_no_signal_
                             ? ::sigtimedwait(&signals, &what, &pause)
                             : ::sigwaitinfo(&signals, &what);
      if (signal == SIGTERM || share_.state->terminated.load(std::memory_order_acquire)) break;
      look_after_workers();
      if (missing_ > 0) start_missing();
    }
    end_workers();
    share_.state->done.notify_all();
    return 0;
  }

 private:
  static constexpr int kMostInVain = 100;
  static constexpr int kMostStarts = 10;  // in vain, kRetry apart, while there is no worker
  static constexpr std::chrono::nanoseconds kRetry = std::chrono::milliseconds(50);
  static constexpr std::chrono::nanoseconds kLook = std::chrono::milliseconds(500);

  // A worker that cannot be forked is missing until another try succeeds.
  void start(int worker) {
    try {
      fork(worker);
      starts_in_vain_ = 0;
    } catch (const std::system_error& error) {
      workers_[worker].reset();
      why_missing_ = error.code().value();
      ++missing_;
    }
  }

  void start_missing() {
    missing_ = 0;
    if (running_ == 0 && is_needed() && ++starts_in_vain_ > kMostStarts) give_up();
    for (int worker = 0; worker < share_.workers; ++worker) {
      if (!workers_[worker] && is_needed()) start(worker);
    }
  }

  void give_up() {
    share_.state->broken.store(true, std::memory_order_release);
    write_loss({.id = 0, .item = 0, .kind = Kind::kNoWorker}, why_missing_);
  }

  void fork(int worker) {
    auto& process = workers_[worker];
    process.emplace(
        [this, worker] {
          ::sigprocmask(SIG_SETMASK, &before_, nullptr);
          return work(share_, plan_, worker);
        },
        ProcessOptions{.name = "PoolWorker-" + std::to_string(worker + 1), .daemon = true});
    process->start();
    share_.slot(worker).pid.store(process->pid(), std::memory_order_release);
    ++running_;
  }

  void look_after_workers() {
    for (int worker = 0; worker < share_.workers; ++worker) {
      auto& process = workers_[worker];
      if (!process) continue;
      const auto exitcode = process->exitcode();
      if (!exitcode) continue;
      process.reset();
      --running_;
      report(worker, *exitcode, is_in_vain(worker) ? Kind::kHopeless : Kind::kLost);
      if (is_needed()) start(worker);
    }
  }

  bool is_needed() const {
    if (share_.state->broken.load(std::memory_order_acquire)) return false;
    return !share_.takes_no_more() || !share_.tasks->is_empty();
  }

  // True once so many workers in a row have died in the initializer that no other is worth a try.
  bool is_in_vain(int worker) {
    const bool initialized =
        share_.slot(worker).initialized.exchange(false, std::memory_order_acq_rel);
    died_initializing_ = initialized || !plan_.initializer ? 0 : died_initializing_ + 1;
    if (died_initializing_ < kMostInVain) return false;
    share_.state->broken.store(true, std::memory_order_release);
    return true;
  }

  // One that left in good order has no task, and nothing that the pool's process has not been told of.
  void report(int worker, int exitcode, Kind kind) {
    // If it died under the lock of the tasks, its claim is struck out here at the latest.
    {
      const BiasedGuard guard(share_.state->taking, [&] { share_.strike_out_claim(); });
    }
    auto& slot = share_.slot(worker);
    const ResultHead head{.id = slot.task.load(std::memory_order_acquire),
                          .item = static_cast<std::uint32_t>(worker),
                          .kind = kind};
    if (head.id != 0 || exitcode != 0 || kind != Kind::kLost) write_loss(head, exitcode);
    slot.task.store(0, std::memory_order_release);  // reported
    share_.state->limit.release(slot.owner.load(std::memory_order_acquire));
    share_.state->done.notify_one();
  }

  void write_loss(const ResultHead& head, int code) {
    if (std::byte* to = share_.losses->begin(sizeof head + sizeof code)) {
      std::memcpy(to, &head, sizeof head);
      std::memcpy(to + sizeof head, &code, sizeof code);
      share_.losses->commit();
    }
  }

  void end_workers() {
    for (auto& process : workers_) {
      if (!process) continue;
      try {
        process->kill();
      } catch (const std::system_error&) {  // it has become another user: it ends by itself
        continue;
      }
    }
    workers_.clear();
  }

  PoolShare& share_;
  const PoolPlan& plan_;
  std::vector<std::optional<Process>> workers_;
  int running_ = 0;
  int missing_ = 0;      // workers that could not be started
  int why_missing_ = 0;  // errno
  int starts_in_vain_ = 0;
  int died_initializing_ = 0;  // in a row
  // The pool's process may drop its privileges: then it may signal this one no more, and says `terminated` instead.
  const bool may_get_no_signal_ = can_change_user();
  sigset_t before_{};
};

}  // namespace

int supervise(PoolShare& share, const PoolPlan& plan) { return Supervisor(share, plan).run(); }

}  // namespace gilfree::detail
