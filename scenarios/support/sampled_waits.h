// SampledWaits: how long one worker waited each time, without letting the clock dominate the result.
//
//   SampledWaits waits(tally, every);
//   waits.begin();  lock.lock();  waits.end();    // times one in `every` of these
//   ... waits.longest()
//
// Two readings of the clock cost more than an uncontended lock, so only each `every`-th wait is timed
// (column sample_every) and enters the histogram. longest() bounds the others as well: it is the
// longest time from one timed acquisition to the next, and no wait between them was longer.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "harness/scenario.h"

namespace scenarios {

// Sets `most` to `value` if that is more.
inline void raise(std::atomic<std::uint64_t>& most, std::uint64_t value) {
  auto seen = most.load();
  while (seen < value && !most.compare_exchange_weak(seen, value)) continue;
}

class SampledWaits {
 public:
  SampledWaits(harness::Tally& tally, std::int64_t every) : tally_(tally), every_(every) {}

  void begin() {
    if (until_next_ == 0) begun_ = Clock::before();
  }
  void end() {
    if (until_next_-- > 0) return;
    until_next_ = every_ - 1;
    const auto now = Clock::after();
    tally_.record(Clock::nanoseconds(begun_, now));
    if (tally_.window() == 0) return;
    if (last_ != 0) longest_ = std::max(longest_, Clock::nanoseconds(last_, now));
    last_ = now;
  }

  // In nanoseconds, of the measured windows.
  std::uint64_t longest() const { return longest_; }

 private:
  using Clock = harness::TickClock;

  harness::Tally& tally_;
  std::int64_t every_, until_next_ = 0;
  std::uint64_t longest_ = 0;
  std::uint64_t begun_ = 0, last_ = 0;  // readings of the clock
};

}  // namespace scenarios
