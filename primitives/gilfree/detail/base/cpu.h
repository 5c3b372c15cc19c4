// The CPU: cache line sizes, the pause instruction, and the number of the CPU this thread runs on.
#pragma once

#include <sched.h>
#if defined(__x86_64__) && __has_include(<sys/rseq.h>)
#include <sys/rseq.h>
#endif

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace gilfree::detail {

inline constexpr std::size_t kCacheLine = 64;
// Some CPUs fetch lines in pairs, so data that two sides write is placed this far apart.
inline constexpr std::size_t kApart = 128;

// Tells the CPU that this is a spin loop.
inline void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Executes a full barrier. ThreadSanitizer does not know fences, and g++ warns of each: for it a
// read-modify-write, which it knows.
inline void full_barrier() {
#if defined(__SANITIZE_THREAD__)
  static std::atomic<int> barrier{0};
  barrier.fetch_add(0, std::memory_order_seq_cst);
#else
  std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
}

inline constexpr std::int32_t kNoCpu = -100;  // the kernel never reports it

// Returns the CPU that this thread runs on where one load shows it: with restartable sequences (rseq(2);
// glibc 2.35). Otherwise a negative number other than kNoCpu.
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

}  // namespace gilfree::detail
