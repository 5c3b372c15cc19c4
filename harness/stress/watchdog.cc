#include "harness/stress/watchdog.h"

#include <algorithm>
#include <utility>

#include "harness/base/json.h"

namespace harness::stress {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

std::string seconds(nanoseconds time) {
  const auto tenths = std::chrono::duration_cast<std::chrono::milliseconds>(time).count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

}  // namespace

Watchdog::Watchdog(nanoseconds patience)
    : patience_(patience), slice_(std::clamp<nanoseconds>(patience / 10, 20ms, 1s)) {}

Watchdog::Finding Watchdog::look(std::uint64_t steps, nanoseconds elapsed,
                                 const std::vector<ThreadTimes>& threads) {
  const nanoseconds time = std::min(elapsed, slice_);
  const nanoseconds could_run = to_run_.look(time, threads);
  const bool gets_on = std::exchange(steps_, steps) != steps;
  idle_ = gets_on ? 0ns : idle_ + could_run;
  idle_by_clock_ = gets_on ? 0ns : idle_by_clock_ + elapsed;
  all_ += could_run;
  clock_ += time;
  if (idle_ >= patience_ || all_ >= kInAll * patience_) return Finding::kHung;
  return clock_ >= kOnTheWall * patience_ ? Finding::kStarved : Finding::kNone;
}

std::string Watchdog::to_text() const {
  return "no marked point was passed for " + seconds(idle_by_clock_) +
         "; its threads could run for " + seconds(idle_) + " of them";
}

}  // namespace harness::stress
