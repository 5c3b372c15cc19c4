// WaitHistory: whether spinning has paid lately, for this thread on an object.
//
//   WaitHistory& history = WaitHistory::of(&event_count);
//   if (history.should_spin()) spin() ? history.spin_succeeded() : history.spin_failed();
//   else sleep();
//
// A spin that ends in sleep costs a core for its time and brings nothing. A waiter that looks back does
// not repeat it:
//
//   | mode     | a wait                                          | next mode                           |
//   | spinning | spins, then sleeps                              | sleeping: more than a quarter of    |
//   |          |                                                 | the spins have failed lately        |
//   | sleeping | sleeps at once; one in `interval_` spins, as a  | spinning: kSuccesses trials in a    |
//   |          | trial, and each failed trial doubles that       | row have succeeded                  |
//
// Only a trial shows whether spinning would succeed. How long a sleep took does not: of two threads on one
// core each keeps the other from running while it spins, and wakes soon after it sleeps.
//
// The histories are a small cache of the thread, by the object's address. It is not shared memory: no
// other thread writes it, and a process that dies leaves nothing. docs/adr/0002-adaptive-waiting.md has
// the figures.
#pragma once

#include <sched.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/one_copy.h"

namespace gilfree::detail {

class WaitHistory {
 public:
  constexpr WaitHistory() = default;

  // This thread's history with the object at that address; a new one if it is not known any more.
  static WaitHistory& of(const void* object) {
    const auto address = reinterpret_cast<std::uintptr_t>(object);
    auto& history = known_[(address / 64 ^ address / 4096) % kKnown];
    if (history.object_ != object) {
      history = WaitHistory(object);
    }
    return history;
  }

  bool should_spin() {
    if (skip_ == 0) return true;
    --skip_;
    return false;
  }
  void spin_succeeded() {
    if (debt_ == 0) [[likely]]
      return;
    if (debt_ < kSleeps) {
      --debt_;
    } else if (++successes_ == kSuccesses) {
      debt_ = successes_ = 0;
      interval_ = kFirstInterval;
    }
  }
  void spin_failed() {
    successes_ = 0;
    debt_ = std::min<std::uint8_t>(debt_ + kFailureCosts, kSleeps);
    if (debt_ < kSleeps) return;
    skip_ = interval_;
    interval_ = std::min<std::uint16_t>(interval_ * 2, kLastInterval);
  }

  // Whether the sleeps have been short lately, so that the next one need not watch for deaths at once.
  bool sleeps_are_short() const { return short_sleeps_ == kShortSleeps; }
  // To be called after each sleep that brought what it waited for: whether it was woken from its first
  // park.
  void slept(bool is_short) {
    short_sleeps_ = is_short ? std::min<std::uint8_t>(short_sleeps_ + 1, kShortSleeps) : 0;
  }

 private:
  static constexpr std::uint8_t kShortSleeps = 4;
  // A spin in vain costs about three times what a successful one saves.
  static constexpr std::uint8_t kFailureCosts = 3, kSleeps = 12, kSuccesses = 3;
  static constexpr std::uint16_t kFirstInterval = 8, kLastInterval = 512;
  static constexpr std::size_t kKnown = 16;

  GILFREE_ONE_COPY static constinit thread_local std::array<WaitHistory, kKnown> known_;

  explicit WaitHistory(const void* object) : object_(object) {}

  const void* object_ = nullptr;
  std::uint8_t debt_ = 0;  // what spinning has cost more than it saved; kSleeps: mode "sleeping"
  std::uint8_t successes_ = 0;     // trials in a row
  std::uint8_t short_sleeps_ = 0;  // in a row, up to kShortSleeps
  std::uint16_t interval_ = kFirstInterval;
  std::uint16_t skip_ = 0;  // waits until the next spin
};

inline constinit thread_local std::array<WaitHistory, WaitHistory::kKnown> WaitHistory::known_{};

// How a thread's yields have ended lately. sched_yield() lends the core to any other thread that waits for
// it: to the notifier for a microsecond, or to a CPU-bound program for its whole time slice, about 3 ms.
class YieldHistory {
 public:
  static YieldHistory& of_this_thread() { return this_thread_; }

  bool should_yield(Deadline now) const { return now >= next_; }
  // True if it should not yield for a while: too many have come back late.
  bool came_back(Deadline left, Deadline back) {
    if (back - left < kLate) {
      if (debt_ > 0) --debt_;
      if (pause_ != kShortest && back - next_ > 4 * pause_) pause_ = kShortest;
      return false;
    }
    debt_ += kLateCosts;
    if (debt_ < kTooMuch) return false;
    debt_ = 0;
    pause_ = std::min(2 * pause_, kLongest);
    next_ = back + pause_;
    return true;
  }

 private:
  // Of workers that share a core and yield to each other few come back late; beside a CPU-bound program a
  // quarter or more.
  static constexpr std::uint32_t kLateCosts = 8, kTooMuch = 24;
  // Competing work is seldom gone after less than a few slices; a yield in vain each 640 ms costs 0.5 %.
  static constexpr auto kLate = std::chrono::microseconds(100);
  static constexpr auto kShortest = std::chrono::milliseconds(10);
  static constexpr auto kLongest = std::chrono::milliseconds(640);

  GILFREE_ONE_COPY static constinit thread_local YieldHistory this_thread_;

  std::chrono::milliseconds pause_ = kShortest;
  Deadline next_{};         // no yield before
  std::uint32_t debt_ = 0;  // of late yields, less those in time
};

inline constinit thread_local YieldHistory YieldHistory::this_thread_{};

// Lends the core to a thread that is ready to run, unless that has lately taken a time slice.
inline void yield_briefly() {
  auto& history = YieldHistory::of_this_thread();
  const auto now = Clock::now();
  if (!history.should_yield(now)) return;
  ::sched_yield();
  history.came_back(now, Clock::now());
}

}  // namespace gilfree::detail
