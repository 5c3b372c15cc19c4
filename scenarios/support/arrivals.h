// Arrivals: when one worker of an open loop begins its operations, and how long they take.
//
//   Arrivals arrivals(run, arrival, me, workers);
//   while (arrivals.wait()) {
//     lock.lock(), work(), lock.unlock();
//     arrivals.done();
//   }
//
// The times are fixed beforehand: a worker that falls behind begins the next operation at once, and the time that it was
// late is part of its response time. Workers share the rate: evenly spaced, in turn (const), or each a Poisson process.
#pragma once

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <random>
#include <thread>

#include "harness/scenario.h"

namespace scenarios {

// Returns true if each operation of the point begins when the last has ended.
inline bool is_closed(const harness::Point& point) {
  const auto& values = point.values();
  return std::none_of(values.begin(), values.end(), [](const auto& each) {
    return each.first == "arrival" && harness::to_string(each.second) != "none";
  });
}

inline std::int64_t monotonic_ns() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

// When they begin.
class ArrivalTimes {
 public:
  ArrivalTimes(harness::Run& run, const harness::Arrival& arrival, int me, int workers)
      : run_(run),
        poisson_(arrival.poisson),
        interval_(1e9 * workers / arrival.per_s),
        random_(run.seed() * 64 + static_cast<std::uint64_t>(me)),
        gap_(1 / interval_),
        start_(monotonic_ns()),
        next_(poisson_ ? gap_(random_) : until_turn_of(me, workers)) {}

  // Waits until the next operation is due. Returns false if the windows closed first.
  bool wait() {
    due_ = start_ + static_cast<std::int64_t>(next_);
    next_ += poisson_ ? gap_(random_) : interval_;
    while (run_.running()) {
      began_ = monotonic_ns();
      const auto left = due_ - began_;
      if (left <= 0) return true;
      if (left > 2 * kWakeUpTakes) {
        std::this_thread::sleep_for(std::chrono::nanoseconds(left - kWakeUpTakes));
      } else if (left > kYieldTakes) {
        ::sched_yield();
      }
    }
    return false;
  }

  // Of the operation that was waited for, in ns of the steady clock.
  std::int64_t due() const { return due_; }
  std::int64_t began() const { return began_; }

 private:
  static constexpr std::int64_t kWakeUpTakes = 100'000, kYieldTakes = 2'000;

  // Returns the time from `start_` to the next turn of this worker. Turns are counted from the clock's zero, so that
  // workers which start one after the other are still evenly spaced.
  double until_turn_of(int me, int workers) const {
    const double turn = interval_ * me / workers;
    return interval_ - std::fmod(static_cast<double>(start_) - turn, interval_);
  }

  harness::Run& run_;
  bool poisson_;
  double interval_;  // in ns
  std::mt19937_64 random_;
  std::exponential_distribution<double> gap_;
  std::int64_t start_;
  double next_;  // in ns after `start_`: in ns of the clock, a double could not hold fractions
  std::int64_t due_ = 0, began_ = 0;
};

// Where the response and service times of one worker are recorded.
class OpenLoopTallies {
 public:
  OpenLoopTallies(harness::Run& run, int me)
      : response_(run.tally(me)), service_(run.service_tally(me)) {}

  // Records an operation that ends now. The clocks of two CPUs may differ by less than it takes.
  void record(std::int64_t due, std::int64_t began) {
    const auto now = monotonic_ns();
    response_.record(static_cast<std::uint64_t>(std::max<std::int64_t>(0, now - due)));
    service_.record(static_cast<std::uint64_t>(std::max<std::int64_t>(0, now - began)));
  }
  void count(std::uint64_t bytes) { response_.count(1, bytes); }

 private:
  harness::Tally& response_;
  harness::Tally& service_;
};

class Arrivals : public ArrivalTimes {
 public:
  Arrivals(harness::Run& run, const harness::Arrival& arrival, int me, int workers)
      : ArrivalTimes(run, arrival, me, workers), tallies_(run, me) {}

  // Records the operation that was waited for, and counts it.
  void done(std::uint64_t bytes = 0) {
    tallies_.record(due(), began());
    tallies_.count(bytes);
  }

 private:
  OpenLoopTallies tallies_;
};

}  // namespace scenarios
