// KillTally: how many processes a soak has killed, and how soon the others went on.
//
// Written down and printed; no test depends on the times, since the machine may be busy with something else.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iostream>
#include <string>
#include <vector>

#include "primitives/tests/support/tally.h"

namespace gilfree::testing {

class KillTally {
 public:
  using Duration = std::chrono::steady_clock::duration;

  // `next`: from the death to the next success of a survivor; `all`: to one of each worker.
  void add(int victims, Duration next, Duration all) {
    kills_ += victims;
    next_.push_back(in_ms(next));
    all_.push_back(in_ms(all));
  }
  int kills() const { return kills_; }

  // `successes`: of all workers, all the while.
  void print(const std::string& name, long successes) {
    if (next_.empty()) return;
    std::sort(next_.begin(), next_.end());
    std::sort(all_.begin(), all_.end());
    tally_soak(kills_, ::testing::Test::HasFailure() ? 1 : 0, next_.back());
    std::cout << "    " << name << ": " << kills_ << " kills in " << successes
              << " successes; ms to the next: " << quantiles(next_)
              << "; to one of each: " << quantiles(all_) << "\n";
  }

 private:
  static double in_ms(Duration time) {
    return std::chrono::duration<double, std::milli>(time).count();
  }
  static std::string quantiles(const std::vector<double>& sorted) {
    const auto at = [&](double share) {
      const double place = share * static_cast<double>(sorted.size() - 1);
      return std::to_string(sorted[static_cast<std::size_t>(place)]);
    };
    return at(0.5) + " (median), " + at(0.99) + " (p99), " + at(1) + " (longest)";
  }

  int kills_ = 0;
  std::vector<double> next_, all_;  // ms
};

}  // namespace gilfree::testing
