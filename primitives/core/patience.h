// Patience: how long a waiter stays awake before it sleeps.
//
//   Patience patience(cpu_of_whom_we_wait_for);
//   while (!ready()) if (!patience.stay_awake()) return sleep();
//
// Waking a sleeper costs a few microseconds on its own core and tens of them on an idle one, a
// spinning hand-over less than one. A waiter that stays awake for about as long as a sleep and a
// wake would cost is never more than twice as slow as one that knew (Karlin et al., "Competitive
// randomized algorithms for nonuniform problems", SODA 1990), so that is how long it does:
//
//   1. It polls, a pause instruction apart, if the one it waits for was last seen on another CPU.
//   2. It polls and yields: on a machine with more workers than cores, or with both on one core, it
//      is this waiter that keeps the other from working.
//   3. It sleeps.
#pragma once

#include <sched.h>
#if defined(__x86_64__) && __has_include(<sys/rseq.h>)
#include <sys/rseq.h>
#endif

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "primitives/core/scope.h"

namespace gilfree::core {

inline constexpr std::size_t kCacheLine = 64;
// Neighbouring lines are fetched in pairs on some CPUs; what two sides write stands this far apart.
inline constexpr std::size_t kApart = 128;

// About a sleep and a wake on an idle core of a virtual machine; see docs/0002-adaptive-waiting.md.
inline constexpr auto kStayAwake = std::chrono::microseconds(50);

// Tells the CPU that this is a waiting loop.
inline void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

inline constexpr std::int32_t kNoCpu = -100;  // and nothing that the kernel says

// The CPU this thread runs on, if that takes no call to know: one load where the kernel offers
// restartable sequences (rseq(2); glibc 2.35). Otherwise a negative number, which is no kNoCpu.
[[gnu::always_inline]] inline std::int32_t this_cpu_if_known() {
#if defined(__x86_64__) && __has_include(<sys/rseq.h>)
  const std::byte* thread;
  asm("mov %%fs:0, %0" : "=r"(thread));
  const auto* area = reinterpret_cast<const volatile ::rseq*>(thread + __rseq_offset);
  return static_cast<std::int32_t>(area->cpu_id);
#else
  return -1;
#endif
}

inline std::int32_t this_cpu() {
  const auto cpu = this_cpu_if_known();
  return cpu >= 0 ? cpu : ::sched_getcpu();
}

class Patience {
 public:
  // For somebody last seen on `their_cpu`: looks as often as it can.
  explicit Patience(std::int32_t their_cpu) : pauses_(their_cpu == this_cpu() ? 0 : kPauses) {}

  // For something fought over: looks less and less often, since each look takes the line away from
  // the one who works on it.
  static Patience backing_off() {
    Patience patience;
    patience.pauses_ = kPausesBackingOff;
    patience.growth_ = 2;
    return patience;
  }

  // False when it is time to sleep.
  bool stay_awake() {
    if (pauses_ > 0) {
      pauses_ -= at_once_;
      for (int i = 0; i < at_once_; ++i) relax();
      at_once_ = at_once_ * growth_ < kMostAtOnce ? at_once_ * growth_ : kMostAtOnce;
      return true;
    }
    const auto now = Clock::now();
    if (until_ == Deadline{}) until_ = now + kStayAwake;
    if (now >= until_) return false;
    ::sched_yield();
    return true;
  }

 private:
  // A pause instruction takes 13 to 25 ns: 1.5 to 2.5 us, and four times that.
  static constexpr int kPauses = 100, kPausesBackingOff = 400, kMostAtOnce = 32;

  Patience() = default;

  int pauses_ = 0;
  int at_once_ = 1, growth_ = 1;
  Deadline until_{};  // set when the pauses are used up
};

}  // namespace gilfree::core
