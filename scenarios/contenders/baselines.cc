// Baselines of wake-up: the kernel's own sleep and wake with nothing around it, and two cores that pass
// a cache line. Neither serves a second waiter, has a time limit, or notices a death.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

#include "scenarios/single_operation.h"

namespace scenarios {
namespace {

template <WorkerKind K>
class RawFutex {
 public:
  static constexpr Facts kFacts{.name = "raw_futex",
                                .label = "futex alone (limit)",
                                .family = "limit",
                                .primitive = "event",
                                .wait = "block"};

  void wait() {
    while (set_.load(std::memory_order_acquire) == 0) {
      ::syscall(SYS_futex, &set_, FUTEX_WAIT | kPrivate, 0, nullptr, nullptr, 0);
    }
  }
  void rearm() { set_.store(0, std::memory_order_relaxed); }
  void wake() {
    set_.store(1, std::memory_order_release);
    ::syscall(SYS_futex, &set_, FUTEX_WAKE | kPrivate, 1, nullptr, nullptr, 0);
  }

 private:
  static constexpr int kPrivate = K == WorkerKind::kThreads ? FUTEX_PRIVATE_FLAG : 0;
  std::atomic<std::uint32_t> set_{0};
};

class SpinningFlag {
 public:
  static constexpr Facts kFacts{.name = "spinning_flag",
                                .label = "spinning flag (limit)",
                                .family = "limit",
                                .primitive = "event",
                                .wait = "spin"};

  void wait() {
    while (!set_.load(std::memory_order_acquire)) continue;
  }
  void rearm() { set_.store(false, std::memory_order_relaxed); }
  void wake() { set_.store(true, std::memory_order_release); }

 private:
  std::atomic<bool> set_{false};
};

const Registration registered[] = {
    add_event<RawFutex<WorkerKind::kThreads>, WorkerKind::kThreads>(),
    add_event<RawFutex<WorkerKind::kProcesses>, WorkerKind::kProcesses>(),
    add_event<SpinningFlag, WorkerKind::kThreads>(),
    add_event<SpinningFlag, WorkerKind::kProcesses>(),
    add_event_operation<RawFutex<WorkerKind::kThreads>, WorkerKind::kThreads>(),
    add_event_operation<RawFutex<WorkerKind::kProcesses>, WorkerKind::kProcesses>(
        "raw_futex_pshared"),
    add_event_operation<SpinningFlag, WorkerKind::kThreads>(),
};

}  // namespace
}  // namespace scenarios
