// Injected delay: work added to each operation of a contender, so that it is slower by a known share. It shows that a
// comparison of builds finds a slowdown (`bench-all aa --power`).
//
//   inject_delay(run);                     // before the workers start; false: there is none to add
//   DelayedLock<GilfreeLock> lock;         // its operations call add_delay()
//
// A contender that may be slowed says so: `static constexpr bool kTakesDelay = true;`. Without a delay the contender
// itself is measured, not a wrapper of it, so that the numbers are those of its own code.
#pragma once

#include <cstdint>

#include "harness/scenario.h"
#include "scenarios/support/busy_work.h"

namespace scenarios {

template <typename C>
inline constexpr bool kTakesDelay = requires {
  requires C::kTakesDelay;
};

// Steps of BusyWork for each operation, in 1/65536: shorter than a step is a step now and then. Set before the workers
// start; processes inherit it.
inline std::uint64_t delay_steps = 0;

// Returns true if operations of this launch are to be slowed, be it by 0 ns, to compare with.
inline bool inject_delay(harness::Run& run) {
  const auto ns = run.injected_delay_ns();
  delay_steps = static_cast<std::uint64_t>(ns.value_or(0) * BusyWork::steps_per_ns() * 65536);
  return ns.has_value();
}

// The delay of so many operations.
inline void add_delay(std::uint64_t operations = 1) {
  static thread_local std::uint64_t owed = 0;
  owed += operations * delay_steps;
  BusyWork::take(static_cast<std::int64_t>(owed >> 16));
  owed &= 0xffff;
}

}  // namespace scenarios
