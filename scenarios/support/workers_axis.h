// The axis `workers`: how many threads or processes take part.
#pragma once

#include <cstdint>
#include <string>

#include "harness/scenario.h"

namespace scenarios {

// Returns the value of the axis. Skips the point unless it is from 1 to `most`.
inline int workers_of(const harness::Run& run, std::int64_t most) {
  const auto workers = run["workers"];
  if (workers < 1 || workers > most) run.skip("from 1 to " + std::to_string(most) + " workers");
  return static_cast<int>(workers);
}

}  // namespace scenarios
