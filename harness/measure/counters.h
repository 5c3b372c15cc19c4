// Counters: instructions, cycles and cache misses of this process and of all that it starts, by
// perf_event_open(2). Made before the parties: these inherit them.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "harness/base/json_fwd.h"

namespace harness {

class Counters {
 public:
  static constexpr std::array kColumns = {"instructions_per_op", "cycles_per_op",
                                          "cache_misses_per_op"};
  using Values = std::array<std::optional<double>, kColumns.size()>;

  Counters();
  ~Counters();
  Counters(const Counters&) = delete;
  Counters& operator=(const Counters&) = delete;

  // Returns the counts so far. Nothing for a counter that the machine or the kernel refuses, and for one that has
  // not been on the hardware, which is shared by all counters.
  Values read() const;
  // Returns what is counted: "user and kernel", "user" (of perf_event_paranoid 2), or why nothing is.
  const std::string& scope() const { return scope_; }

 private:
  std::array<int, kColumns.size()> fds_;
  std::string scope_;
};

// Adds the counters of a window to its row, per operation; leaves out what was not counted.
void add_counters(Json& row, const Counters::Values& opened, const Counters::Values& closed,
                  double ops);

}  // namespace harness
