#include "harness/stress/watchdog.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace harness::stress {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

bool has_ended(const ThreadTimes& thread) { return thread.state == 'Z' || thread.state == 'X'; }

// Stopped, traced, or in the kernel's own hands: it waits for a disk, for memory, or is frozen.
bool is_held(const ThreadTimes& thread) {
  return std::string_view("TtD").find(thread.state) != std::string_view::npos;
}

std::string seconds(nanoseconds time) {
  const auto tenths = std::chrono::duration_cast<std::chrono::milliseconds>(time).count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

// For how much of `time` the thread wanted to run and could not.
nanoseconds wait_of(const ThreadTimes& now, const ThreadTimes& before, nanoseconds time) {
  if (has_ended(now)) return {};
  if (is_held(now)) return time;
  // The kernel counts a wait when it ends.
  const nanoseconds ran = now.ran - before.ran, waited = now.waited - before.waited;
  if (now.state == 'R' && ran <= 0ns) return time;
  return std::clamp<nanoseconds>(std::min(waited, time - ran), 0ns, time);
}

}  // namespace

Watchdog::Watchdog(nanoseconds patience)
    : patience_(patience), slice_(std::clamp<nanoseconds>(patience / 10, 20ms, 1s)) {}

nanoseconds Watchdog::longest_wait(const std::vector<ThreadTimes>& threads, nanoseconds time) {
  nanoseconds longest{};
  std::map<pid_t, ThreadTimes> now;
  for (const ThreadTimes& each : threads) {
    longest = std::max(longest, wait_of(each, before_[each.id], time));
    now[each.id] = each;
  }
  before_ = std::move(now);
  return longest;
}

Watchdog::Finding Watchdog::look(std::uint64_t steps, nanoseconds elapsed,
                                 const std::vector<ThreadTimes>& threads) {
  const nanoseconds time = std::min(elapsed, slice_);
  const nanoseconds could_run = time - longest_wait(threads, time);
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
