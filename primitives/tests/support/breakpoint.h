// Tracing and breakpoints within a process, for the crash lab.
//
// The handler may be entered from anywhere, even from inside libc, so it calls nothing: system calls
// are made inline, and it must not meet a breakpoint itself.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace gilfree::testing {

// Shared by the lab and its victim.
struct Control {
  static constexpr std::size_t kMostSteps = 1 << 17;

  std::atomic<bool> counting;  // false: the lab does not care yet where the victim is
  std::size_t steps;           // where the traced process was, instruction by instruction
  std::uintptr_t at[kMostSteps];
};

enum class Fate { kDies, kFreezes };  // by SIGKILL, by SIGSTOP

// From begin to end, writes down every instruction of this thread.
void begin_trace(Control& control);
void end_trace();

// Meets its fate when this thread is about to execute the instruction at `address` for the
// `occurrence`-th time. False if no breakpoint can be planted there (the kernel's vdso page).
bool stop_at(const Control& control, std::uintptr_t address, int occurrence, Fate fate);

// The same by counting `steps` single steps: works everywhere, slowly. Ends with end_trace().
void stop_after(Control& control, std::size_t steps, Fate fate);

}  // namespace gilfree::testing
