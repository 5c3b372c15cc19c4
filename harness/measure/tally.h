// Tally: what one party counts while it works, in memory shared with the process that measures.
//
//   tally.count(1, bytes);        // one operation done, its payload checked
//   tally.record(nanoseconds);    // its latency, into the histogram of the window that is open
//   tally.corrupt();              // a payload was wrong: the row will say failed
//
// docs/contender-program.md documents the layout for parties in other languages: a change of it needs a new
// kVersion, and the page.
//
// One party writes a tally, so counting is a plain load, add, store; relaxed atomics only make the
// concurrent read of the measuring process well defined.
#pragma once

#include <atomic>
#include <cstdint>

#include "harness/measure/histogram.h"

namespace harness {

inline constexpr int kMaxWindows = 16;
// Tallies that every launch has, and the most that one may have (Scenario::parties).
inline constexpr int kFewestTallies = 64, kMostTallies = 1024;

struct alignas(64) ControlHeader {
  static constexpr std::uint64_t kStop = ~std::uint64_t{0};
  static constexpr std::uint64_t kMagic = 0x79'6c'6c'61'74'66'6c'67;  // "glftally"
  static constexpr std::uint64_t kVersion =
      1;  // of the layout of all that is here and of Histogram

  std::atomic<std::uint64_t> window{0};  // 0: warm-up; 1, 2, ...: that window is open; or kStop
  std::uint64_t tally_bytes = 0;
  std::uint64_t parties = kFewestTallies;
  std::uint64_t windows = 0;
  std::uint64_t magic = kMagic;
  std::uint64_t version = kVersion;
};
static_assert(sizeof(ControlHeader) == 64, "the layout is written down above");

struct alignas(64) Tally {
  void count(std::uint64_t operations, std::uint64_t payload_bytes = 0) {
    add(ops, operations);
    add(bytes, payload_bytes);
  }
  void corrupt() { add(errors, 1); }

  // Dropped during warm-up and after the end.
  void record(std::uint64_t nanoseconds) {
    if (const auto open = window(); open > 0) latency[open - 1].record(nanoseconds);
  }

  // The number of the window that is open; 0 during warm-up and after the end.
  std::uint64_t window() const {
    const auto* shared = header.load(std::memory_order_relaxed);
    const auto number = shared->window.load(std::memory_order_relaxed);
    return number <= kMaxWindows ? number : 0;
  }

  std::atomic<std::uint64_t> ops{0};
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::uint64_t> errors{0};
  // Set for every tally that is handed out. A pointer is allowed here: the mapping is inherited by
  // fork, so it is at the same address in every party that uses it.
  std::atomic<const ControlHeader*> header{nullptr};
  std::uint64_t reserved[4] = {};
  Histogram latency[kMaxWindows];

 private:
  static void add(std::atomic<std::uint64_t>& counter, std::uint64_t n) {
    counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
};

}  // namespace harness
