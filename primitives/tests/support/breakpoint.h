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
  static constexpr std::size_t kMostSteps = 1 << 17, kMostBlocking = 16;

  std::atomic<bool> counting;  // false: the lab does not care yet where the victim is
  std::size_t steps;           // where the traced process was, instruction by instruction
  std::uintptr_t at[kMostSteps];
  // System calls met in a trace that would have blocked SIGTRAP, and were replaced; 0: no more of them.
  std::uintptr_t blocking[kMostBlocking];
};

enum class Fate { kDies, kFreezes };  // by SIGKILL, by SIGSTOP

// From begin to end, writes down every instruction of this thread. If none counts yet, steps begin with
// the first SIGTRAP that the thread is sent: they are slow, also while it waits.
void begin_trace(Control& control);
void end_trace();

// Meets its fate `beyond` single steps after this thread comes to the instruction at `address` for the
// `occurrence`-th time; with none, when it is about to execute that one. Plants breakpoints there and at
// the system calls in `control.blocking`.
void stop_at(const Control& control, std::uintptr_t address, int occurrence, int beyond, Fate fate);

// False in the page of code that the kernel lends for reading the clock: no breakpoint can be planted.
bool can_stop_at(std::uintptr_t address);

}  // namespace gilfree::testing
