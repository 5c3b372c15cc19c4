// Attempt: a trial in a process of its own, watched from outside.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "harness/stress/test.h"

namespace harness::stress {

struct Attempt {
  enum class End { kEnded, kHung, kStarved, kSkipped, kInterrupted } end = End::kEnded;
  std::map<std::string, std::uint64_t> outcomes;  // with their samples
  std::string
      report;  // of a hang, or if it was starved: each actor, and each thread as /proc shows it
};

// The outcome of a trial whose threads did not get enough of a CPU for a verdict.
inline constexpr char kStarvedOutcome[] = "starved";

// Runs the trial and kills what is left of it. It hangs when no actor passes a marked point for `patience` in which
// all its threads could run, or when it takes six times that long (watchdog.h).
Attempt attempt(const Test& test, const Config& config, std::uint64_t seed,
                std::chrono::nanoseconds patience);

}  // namespace harness::stress
