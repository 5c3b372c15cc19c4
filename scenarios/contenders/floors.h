// The limits of wake-up: the kernel's own sleep and wake with nothing around it, and two cores that
// pass a cache line. Neither knows of a second waiter, of time or of death.
#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

#include "scenarios/contenders/synchronisation.h"

namespace scenarios {

template <Scope S>
class RawFutex {
 public:
  static constexpr Facts kFacts{.name = "raw_futex", .primitive = "event", .wait = "block"};

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
  static constexpr int kPrivate = S == Scope::kThreads ? FUTEX_PRIVATE_FLAG : 0;
  std::atomic<std::uint32_t> set_{0};
};

class SpinningFlag {
 public:
  static constexpr Facts kFacts{.name = "spinning_flag", .primitive = "event", .wait = "spin"};

  void wait() {
    while (!set_.load(std::memory_order_acquire)) continue;
  }
  void rearm() { set_.store(false, std::memory_order_relaxed); }
  void wake() { set_.store(true, std::memory_order_release); }

 private:
  std::atomic<bool> set_{false};
};

}  // namespace scenarios
