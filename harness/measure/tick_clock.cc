#include "harness/measure/tick_clock.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <fstream>
#include <string>

namespace harness {

#if defined(__x86_64__)
namespace {

constexpr double kLongEnough = 1e6;  // ns; two readings that are 50 ns off make an error of 50 ppm

struct Moment {
  double ns, ticks;
};

double steady_ns() {
  return std::chrono::duration<double, std::nano>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Returns a reading of both clocks: of several, the one between which least time passed.
Moment now() {
  Moment best{};
  double least = 0;
  for (int i = 0; i < 8; ++i) {
    unsigned cpu;
    const double from = steady_ns();
    const auto ticks = static_cast<double>(__builtin_ia32_rdtscp(&cpu));
    const double took = steady_ns() - from;
    if (i > 0 && took >= least) continue;
    least = took;
    best = {from + took / 2, ticks};
  }
  return best;
}

// Returns true if the CPU has the instruction, its counter never changes its speed, and the kernel trusts it.
bool counter_is_the_clock() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(0x80000001, &a, &b, &c, &d) == 0 || (d >> 27 & 1) == 0) return false;
  if (__get_cpuid(0x80000007, &a, &b, &c, &d) == 0 || (d >> 8 & 1) == 0) return false;
  std::ifstream file("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  std::string source;
  return file >> source && source == "tsc";
}

}  // namespace

void TickClock::calibrate() {
  if (ns_per_tick_ > 0 || !counter_is_the_clock()) return;
  const Moment begun = now();
  Moment ended = begun;
  while (ended.ns - begun.ns < kLongEnough) ended = now();
  if (ended.ticks > begun.ticks) {
    ns_per_tick_ = (ended.ns - begun.ns) / (ended.ticks - begun.ticks);
  }
}
#else
void TickClock::calibrate() {}
#endif

}  // namespace harness
