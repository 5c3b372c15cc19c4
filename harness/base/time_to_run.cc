#include "harness/base/time_to_run.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace harness {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

bool has_ended(const ThreadTimes& thread) { return thread.state == 'Z' || thread.state == 'X'; }

// Stopped, traced, or in the kernel's own hands: it waits for a disk, for memory, or is frozen.
bool is_held(const ThreadTimes& thread) {
  return std::string_view("TtD").find(thread.state) != std::string_view::npos;
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

nanoseconds TimeToRun::look(nanoseconds time, const std::vector<ThreadTimes>& threads) {
  nanoseconds longest{};
  std::map<pid_t, ThreadTimes> now;
  for (const ThreadTimes& each : threads) {
    longest = std::max(longest, wait_of(each, before_[each.id], time));
    now[each.id] = each;
  }
  before_ = std::move(now);
  return time - longest;
}

}  // namespace harness
