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

// The one walk that goes on in this process.
struct State {
  const Control* control = nullptr;
  Control* trace = nullptr;  // tracing into it
  Fate fate = Fate::kDies;
  std::uint8_t* planted = nullptr;
  std::uint8_t covered = 0;  // the byte under the breakpoint
  int hits_left = 0;         // until it is the place
  int steps_left = 0;        // from there on
  bool stepping_over = false;
};
State state;
volatile bool ending = false;

[[gnu::always_inline]] inline long raw_syscall(long number, long a, long b) {
  long result;
  asm volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b) : "rcx", "r11", "memory");
  return result;
}

// The victim's end, or a halt from which it goes on for good.
[[gnu::always_inline]] inline void meet_fate(gregset_t& registers) {
  const int signal = state.fate == Fate::kDies ? SIGKILL : SIGSTOP;
  raw_syscall(SYS_kill, raw_syscall(SYS_getpid, 0, 0), signal);
  registers[REG_EFL] &= ~kTrapFlag;
}

[[gnu::always_inline]] inline bool is_counting() {
  return state.control->counting.load(std::memory_order_relaxed);
}

__attribute__((no_sanitize("address", "thread", "undefined"))) void on_trap(int, siginfo_t*,
                                                                            void* context) {
  auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  if (state.planted != nullptr) {
    if (state.stepping_over && state.hits_left == 0) {  // past the place: on to its fate
      if (--state.steps_left == 0) meet_fate(registers);
      return;
    }
    if (state.stepping_over) {  // past the instruction: cover it again
      *state.planted = kInt3;
      state.stepping_over = false;
      registers[REG_EFL] &= ~kTrapFlag;
      return;
    }
    *state.planted = state.covered;
    registers[REG_RIP] = reinterpret_cast<greg_t>(state.planted);
    if (is_counting() && --state.hits_left == 0 && state.steps_left == 0) {
      meet_fate(registers);
      return;
    }
    registers[REG_EFL] |= kTrapFlag;
    state.stepping_over = true;
    return;
  }
  if (ending) {
    registers[REG_EFL] &= ~kTrapFlag;
    return;
  }
  registers[REG_EFL] |= kTrapFlag;
  if (!is_counting()) return;
  if (state.trace != nullptr && state.trace->steps < Control::kMostSteps) {
    state.trace->at[state.trace->steps++] = static_cast<std::uintptr_t>(registers[REG_RIP]);
  }
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

}  // namespace

[[gnu::noinline]] void begin_trace(Control& control) {
  install();
  control.steps = 0;
  state.control = state.trace = &control;
  if (control.counting) set_trap_flag();
}

[[gnu::noinline]] void end_trace() { ending = true; }

void stop_at(const Control& control, std::uintptr_t address, int occurrence, int beyond,
             Fate fate) {
  install();
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  auto* start = reinterpret_cast<void*>(address / page * page);
  if (::mprotect(start, page, PROT_READ | PROT_WRITE | PROT_EXEC) != 0) return;
  state.control = &control;
  state.fate = fate;
  state.hits_left = occurrence;
  state.steps_left = beyond;
  state.covered = *reinterpret_cast<std::uint8_t*>(address);
  state.planted = reinterpret_cast<std::uint8_t*>(address);
  *state.planted = kInt3;
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
