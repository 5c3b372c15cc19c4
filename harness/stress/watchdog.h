// Watchdog: tells a trial that hangs from one that does not get a CPU.
//
// It counts the time in which all threads of the trial could have run, not the time of the wall
// (harness/docs/0007-a-hang-is-counted-in-time-to-run.md).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/base/process_tree.h"
#include "harness/base/time_to_run.h"

namespace harness::stress {

class Watchdog {
 public:
  using Nanoseconds = std::chrono::nanoseconds;
  enum class Finding { kNone, kHung, kStarved };

  // A trial has hung when no marked point is passed for `patience` in which its threads could run, or when it takes
  // kInAll times that long; it is starved when kOnTheWall times `patience` has passed by the clock before that.
  static constexpr int kInAll = 6, kOnTheWall = 30;
  explicit Watchdog(Nanoseconds patience);

  // How long to wait between two looks.
  Nanoseconds slice() const { return slice_; }

  // What is seen `elapsed` after the look before this one, or after the start of the trial. `steps` is
  // Board::steps(). What is longer than a slice counts as one: this program did not run either.
  Finding look(std::uint64_t steps, Nanoseconds elapsed, const std::vector<ThreadTimes>& threads);

  // Says how long no marked point was passed, and for how much of it all threads could run.
  std::string to_text() const;

 private:
  const Nanoseconds patience_, slice_;
  std::uint64_t steps_ = 0;
  Nanoseconds idle_{0},
      all_{0};  // in which all threads could run: since the last step, and since the start
  Nanoseconds idle_by_clock_{0}, clock_{0};  // the same by the clock
  TimeToRun to_run_;
};

}  // namespace harness::stress
