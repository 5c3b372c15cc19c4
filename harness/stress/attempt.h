// Attempt: a trial in a process of its own, watched from outside.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "harness/stress/test.h"

namespace harness::stress {

struct Attempt {
  enum class End { kEnded, kHung, kSkipped, kInterrupted } end = End::kEnded;
  std::map<std::string, std::uint64_t> outcomes;  // with their samples
  std::string report;  // of a hang: each actor, and each thread as /proc shows it
};

// Runs the trial and kills what is left of it. It hangs when no actor passes a marked point for `patience`, or
// when it lasts six times that long; time in which this process itself does not run, say while the machine is suspended, does not count.
Attempt attempt(const Test& test, const Config& config, std::uint64_t seed,
                std::chrono::nanoseconds patience);

}  // namespace harness::stress
