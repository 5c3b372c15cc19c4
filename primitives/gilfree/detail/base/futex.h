// The kernel's part of waiting: sleep on words, wake their sleepers, fence another CPU's stores.
//
// Nothing else in the library calls futex or membarrier.
//
// heavy_fence() makes every CPU that runs a participant execute a full barrier, so that the frequent
// half of a handshake can leave its own out: membarrier(2), MEMBARRIER_CMD_*_EXPEDITED. It costs
// about 0.4 us, or 10 us when another CPU has to be interrupted (docs/adr/0002-adaptive-waiting.md).
//
// A process or thread may be refused it at any time: a seccomp filter can be installed late, and an
// emulator or an old kernel may not have it. Each caller of heavy_fence() therefore looks at its result
// (docs/adr/0013-refused-fences.md).
#pragma once

#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdint>
#include <ctime>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/base/one_copy.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

template <Scope S>
struct Kernel {
  // Sleeps while `word` holds `expected`, until a wake or the deadline. May return for no reason.
  static void sleep(std::atomic<std::uint32_t>& word, std::uint32_t expected, Deadline deadline) {
    const timespec until = absolute(deadline);
    ::syscall(SYS_futex, &word, kWait, expected, deadline == kNever ? nullptr : &until, nullptr,
              FUTEX_BITSET_MATCH_ANY);
  }

  // Words to sleep on all at once, while each holds what it was added with.
  class Watch {
   public:
    // False if no more fit.
    bool add(std::atomic<std::uint32_t>& word, std::uint32_t expected) {
      if (count_ == FUTEX_WAITV_MAX) return false;
      words_[count_++] = {.val = expected,
                          .uaddr = reinterpret_cast<std::uintptr_t>(&word),
                          .flags = FUTEX_32 | (S::kAcrossProcesses ? 0u : FUTEX_PRIVATE_FLAG),
                          .__reserved = 0};
      return count_ < FUTEX_WAITV_MAX;
    }
    // The word that was woken; null if none was.
    std::atomic<std::uint32_t>* sleep(Deadline deadline) {
      const timespec until = absolute(deadline);
      const long woken = ::syscall(SYS_futex_waitv, words_, count_, 0,
                                   deadline == kNever ? nullptr : &until, CLOCK_MONOTONIC);
      if (woken < 0) return nullptr;
      return reinterpret_cast<std::atomic<std::uint32_t>*>(words_[woken].uaddr);
    }

   private:
    unsigned count_ = 0;
    ::futex_waitv words_[FUTEX_WAITV_MAX];
  };

  // True if Watch works: Linux 5.16. Asked once a process.
  static bool can_sleep_on_many() {
    static const bool known =
        ::syscall(SYS_futex_waitv, nullptr, 0, 0, nullptr, 0) != 0 && errno == EINVAL;
    return known;
  }

  static void wake_one(std::atomic<std::uint32_t>& word) { wake(word, 1); }
  static void wake_all(std::atomic<std::uint32_t>& word) { wake(word, INT_MAX); }

  // True if this process has registered for the barriers of others, so that its half of a handshake
  // may be the short one. Asked once a process; a fork inherits the registration. It says nothing
  // about what heavy_fence() will do later.
  static bool can_fence() {
    const Fence known = fence_.load(std::memory_order_relaxed);
    return known == Fence::kYes || (known == Fence::kUnasked && ask_for_fence());
  }
  // Executes a full barrier here, and on every CPU that runs a registered process or, between threads,
  // a thread of this one. False if the kernel refused: then only here.
  [[nodiscard]] static bool heavy_fence() {
    full_barrier();
    return can_fence() && ::syscall(SYS_membarrier, kBarrier, 0, 0) == 0;
  }

 private:
  enum class Fence : std::uint8_t { kUnasked, kYes, kNo };

  [[gnu::noinline]] static bool ask_for_fence() {
    const bool registered = ::syscall(SYS_membarrier, kRegister, 0, 0) == 0;
    fence_.store(registered ? Fence::kYes : Fence::kNo, std::memory_order_relaxed);
    return registered;
  }
  static timespec absolute(Deadline deadline) {
    const auto ns = std::chrono::nanoseconds(deadline.time_since_epoch()).count();
    return {.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
  }
  static void wake(std::atomic<std::uint32_t>& word, int count) {
    ::syscall(SYS_futex, &word, kWake, count, nullptr, nullptr, 0);
  }

  static constexpr int kPrivate = S::kAcrossProcesses ? 0 : FUTEX_PRIVATE_FLAG;
  static constexpr int kWait = FUTEX_WAIT_BITSET | kPrivate;  // absolute time, CLOCK_MONOTONIC
  static constexpr int kWake = FUTEX_WAKE | kPrivate;
  static constexpr int kRegister = S::kAcrossProcesses ? MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED
                                                       : MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED;
  static constexpr int kBarrier =
      S::kAcrossProcesses ? MEMBARRIER_CMD_GLOBAL_EXPEDITED : MEMBARRIER_CMD_PRIVATE_EXPEDITED;
  GILFREE_ONE_COPY inline static std::atomic<Fence> fence_{Fence::kUnasked};
};

// How long a store may stay invisible to other CPUs once its CPU has executed it, with a wide margin.
// A store leaves the store buffer in nanoseconds to microseconds, and at the latest when the CPU takes
// its next timer interrupt (Morrison, Afek, "Temporally bounding TSO for fence-free asymmetric
// synchronization", ASPLOS 2015). Waiting so long is what a process does whose fence was refused.
inline constexpr auto kStoreDelay = std::chrono::milliseconds(20);

// True while this thread makes an object with a name, which unrelated programs may open: their fences
// may be refused from the beginning.
GILFREE_ONE_COPY inline constinit thread_local bool makes_named_object = false;

class MakingNamedObject {
 public:
  MakingNamedObject() { makes_named_object = true; }
  ~MakingNamedObject() { makes_named_object = false; }
  MakingNamedObject(const MakingNamedObject&) = delete;
  MakingNamedObject& operator=(const MakingNamedObject&) = delete;
};

// For the constructor of a part of an object: true if the processes that will use it are registered,
// because they descend from this one.
template <Scope S>
bool may_rely_on_fences() {
  return !makes_named_object && Kernel<S>::can_fence();
}

}  // namespace gilfree::detail
