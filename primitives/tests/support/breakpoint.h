// Tracing and breakpoints within a process, for the crash lab.
//
// The handler may be entered from anywhere, even from inside libc, so it calls nothing: system calls
// are made inline, and it must not meet a breakpoint itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gilfree::testing {

// Shared with the parent: where the traced process was, instruction by instruction.
struct Trace {
  static constexpr std::size_t kMost = 1 << 17;
  std::size_t length;
  std::uintptr_t at[kMost];
};

// From begin to end, writes down every instruction of this thread.
void begin_trace(Trace& trace);
void end_trace();

// Dies by SIGKILL when this thread is about to execute the instruction at `address` for the
// `occurrence`-th time. False if no breakpoint can be planted there (the kernel's vdso page).
bool die_at(std::uintptr_t address, int occurrence);

// The same by counting `steps` single steps: works everywhere, slowly. Ends with end_trace().
void die_after(std::size_t steps);

}  // namespace gilfree::testing
