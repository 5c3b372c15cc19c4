// TimeToRun: for how much of the time by the clock all threads of some processes could have run.
//
// A thread that is runnable and gets no CPU, is stopped, or waits for a disk or memory, could not; one that sleeps
// could (docs/0007-a-hang-is-counted-in-time-to-run.md).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <vector>

#include "harness/base/process_tree.h"

namespace harness {

class TimeToRun {
 public:
  // Returns what is left of `time`, which has passed since the look before this one, without the longest time that
  // one of the threads could not run.
  std::chrono::nanoseconds look(std::chrono::nanoseconds time,
                                const std::vector<ThreadTimes>& threads);

 private:
  std::map<pid_t, ThreadTimes> before_;
};

}  // namespace harness
