#include "primitives/tests/support/breakpoint.h"

#include <elf.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

namespace gilfree::testing {

#if defined(__x86_64__)

namespace {

constexpr std::uint8_t kInt3 = 0xCC;
constexpr greg_t kTrapFlag = 0x100;

struct Breakpoint {
  std::uint8_t* at = nullptr;
  std::uint8_t covered = 0;  // the byte under it

  void plant() { *at = kInt3; }
  void remove() { *at = covered; }
};

// The one walk that goes on in this process.
struct State {
  const Control* control = nullptr;
  Control* trace = nullptr;  // tracing into it
  long walked = 0;           // the process that is; its children inherit the breakpoints
  Fate fate = Fate::kDies;
  Breakpoint place;
  Breakpoint blocking[Control::kMostBlocking];  // where a system call would block SIGTRAP
  Breakpoint* stepping_over = nullptr;
  int hits_left = 0;   // until it is the place
  int steps_left = 0;  // from there on
};
State state;
volatile bool ending = false;

[[gnu::always_inline]] inline long raw_syscall(long number, long a = 0, long b = 0) {
  long result;
  asm volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b) : "rcx", "r11", "memory");
  return result;
}

[[gnu::always_inline]] inline bool is_walked() {
  return state.control->counting.load(std::memory_order_relaxed) &&
         raw_syscall(SYS_getpid) == state.walked;
}

// The victim's end, or a halt from which it goes on for good.
[[gnu::always_inline]] inline void meet_fate(gregset_t& registers) {
  const int signal = state.fate == Fate::kDies ? SIGKILL : SIGSTOP;
  raw_syscall(SYS_kill, raw_syscall(SYS_getpid), signal);
  registers[REG_EFL] &= ~kTrapFlag;
}

// A trap kills a thread that blocks SIGTRAP, and glibc blocks all signals while it forks (from 2.41 on)
// or starts a thread. So if the next instruction is a system call that would block it, this does what
// the call does, but for SIGTRAP. True if it did. `first` is the first byte of the instruction, which a
// breakpoint may cover.
[[gnu::always_inline]] inline bool block_all_but_traps(ucontext_t& context, std::uint8_t first) {
  auto& registers = context.uc_mcontext.gregs;
  const auto second = reinterpret_cast<const std::uint8_t*>(registers[REG_RIP])[1];
  if (registers[REG_RAX] != SYS_rt_sigprocmask || first != 0x0F || second != 0x05) return false;
  const auto how = registers[REG_RDI];
  const auto* set = reinterpret_cast<const std::uint64_t*>(registers[REG_RSI]);
  auto* before = reinterpret_cast<std::uint64_t*>(registers[REG_RDX]);
  constexpr std::uint64_t kTrap = std::uint64_t{1} << (SIGTRAP - 1);
  if (how == SIG_UNBLOCK || set == nullptr || (*set & kTrap) == 0) return false;
  auto& mask = *reinterpret_cast<std::uint64_t*>(&context.uc_sigmask);  // as the kernel has it
  const std::uint64_t now = how == SIG_BLOCK ? mask : 0;
  const std::uint64_t wanted = *set;
  if (before != nullptr) *before = mask;
  mask = (now | wanted) & ~kTrap;
  registers[REG_RAX] = 0;
  registers[REG_RIP] += 2;
  return true;
}

[[gnu::always_inline]] inline void note_blocking_call(Control& control, std::uintptr_t address) {
  for (auto& known : control.blocking) {
    if (known == address) return;
    if (known != 0) continue;
    known = address;
    return;
  }
}

// The instruction under the breakpoint is executed, alone.
[[gnu::always_inline]] inline void step_over(Breakpoint& breakpoint, ucontext_t& context) {
  if (block_all_but_traps(context, breakpoint.covered)) return;
  breakpoint.remove();
  state.stepping_over = &breakpoint;
  context.uc_mcontext.gregs[REG_EFL] |= kTrapFlag;
}

[[gnu::always_inline]] inline void on_step(ucontext_t& context) {
  auto& registers = context.uc_mcontext.gregs;
  if (state.stepping_over == &state.place && state.hits_left == 0) {  // past it: on to its fate
    if (--state.steps_left == 0) meet_fate(registers);
    return;
  }
  state.stepping_over->plant();
  state.stepping_over = nullptr;
  registers[REG_EFL] &= ~kTrapFlag;
}

[[gnu::always_inline]] inline void on_breakpoint(ucontext_t& context) {
  auto& registers = context.uc_mcontext.gregs;
  auto* const at = reinterpret_cast<std::uint8_t*>(--registers[REG_RIP]);
  if (at != state.place.at) {
    for (auto& call : state.blocking) {
      if (call.at == at) return step_over(call, context);
    }
  }
  if (is_walked() && --state.hits_left == 0 && state.steps_left == 0) {
    state.place.remove();
    return meet_fate(registers);
  }
  step_over(state.place, context);
}

[[gnu::always_inline]] inline void on_traced_step(ucontext_t& context) {
  auto& registers = context.uc_mcontext.gregs;
  registers[REG_EFL] |= kTrapFlag;
  const auto address = static_cast<std::uintptr_t>(registers[REG_RIP]);
  if (is_walked() && state.trace->steps < Control::kMostSteps) {
    state.trace->at[state.trace->steps++] = address;
  }
  const auto first = *reinterpret_cast<const std::uint8_t*>(address);
  if (block_all_but_traps(context, first)) note_blocking_call(*state.trace, address);
}

__attribute__((no_sanitize("address", "thread", "undefined"))) void on_trap(int, siginfo_t*,
                                                                            void* given) {
  auto& context = *static_cast<ucontext_t*>(given);
  if (state.stepping_over != nullptr) return on_step(context);
  if (state.place.at != nullptr) return on_breakpoint(context);
  if (ending) {
    context.uc_mcontext.gregs[REG_EFL] &= ~kTrapFlag;
    return;
  }
  on_traced_step(context);
}

void install() {
  struct sigaction action {};
  action.sa_sigaction = on_trap;
  action.sa_flags = SA_SIGINFO;
  ::sigaction(SIGTRAP, &action, nullptr);
}

[[gnu::always_inline]] inline void set_trap_flag() {
  asm volatile(
      "lea -128(%%rsp), %%rsp\n pushfq\n orq $0x100, (%%rsp)\n popfq\n lea 128(%%rsp), %%rsp"
      :
      :
      : "memory", "cc");
}

void cover(Breakpoint& breakpoint, std::uintptr_t address) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  auto* start = reinterpret_cast<void*>(address / page * page);
  if (::mprotect(start, page, PROT_READ | PROT_WRITE | PROT_EXEC) != 0) return;
  breakpoint.at = reinterpret_cast<std::uint8_t*>(address);
  breakpoint.covered = *breakpoint.at;
  breakpoint.plant();
}

}  // namespace

[[gnu::noinline]] void begin_trace(Control& control) {
  install();
  control.steps = 0;
  state.control = state.trace = &control;
  state.walked = ::getpid();
  if (control.counting) set_trap_flag();
}

[[gnu::noinline]] void end_trace() { ending = true; }

void stop_at(const Control& control, std::uintptr_t address, int occurrence, int beyond,
             Fate fate) {
  install();
  state.control = &control;
  state.walked = ::getpid();
  state.fate = fate;
  state.hits_left = occurrence;
  state.steps_left = beyond;
  auto* call = state.blocking;
  for (const auto at : control.blocking) {
    if (at != 0 && at != address) cover(*call++, at);
  }
  cover(state.place, address);
}

bool can_stop_at(std::uintptr_t address) {
  static const auto start = ::getauxval(AT_SYSINFO_EHDR);
  if (start == 0) return true;
  const auto* header = reinterpret_cast<const Elf64_Ehdr*>(start);
  const auto* whole = reinterpret_cast<const Elf64_Phdr*>(start + header->e_phoff);
  return address - start >= whole->p_memsz;
}

#else

void begin_trace(Control& control) { control.steps = 0; }
void end_trace() {}
void stop_at(const Control&, std::uintptr_t, int, int, Fate) {}
bool can_stop_at(std::uintptr_t) { return false; }

#endif

}  // namespace gilfree::testing
