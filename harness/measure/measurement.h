// Measurement: the shared memory of one launch, and what was measured in it.
//
// The measuring process creates it, the parties inherit it. Rows are kept here until the launch
// writes them (launch.cc).
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/measure/counters.h"
#include "harness/measure/load.h"
#include "harness/measure/tally.h"
#include "harness/measure/usage.h"

namespace harness {

using Clock = std::chrono::steady_clock;

struct Timing {
  std::chrono::nanoseconds warmup;
  std::chrono::nanoseconds window;
  int windows;
};

// One window: numbers by column name, and the latencies that were recorded in it.
struct Window {
  Json columns;
  std::vector<std::uint64_t> latency;  // count per histogram bucket, all parties; empty: none
};

class Measurement {
 public:
  // Throws std::runtime_error if there is no memory. `load`: of load.h; made before there are parties.
  // `tallies`: how many; at least kFewestTallies and at most kMostTallies are made.
  explicit Measurement(const Timing& timing, const std::string& load = "none",
                       std::int64_t tallies = kFewestTallies);
  ~Measurement();
  Measurement(const Measurement&) = delete;
  Measurement& operator=(const Measurement&) = delete;

  ControlHeader& header() { return *header_; }
  // Throws std::out_of_range for a party beyond them.
  Tally& tally(int party);
  // Of an open loop: only its histograms are used.
  Tally& service_tally(int party);
  int fd() const { return fd_; }
  const Timing& timing() const { return timing_; }

  // Opens and closes the windows, sleeping meanwhile; then sets the parties' stop flag. The first window
  // waits until an operation has been done. A window that saw fewer than kFewestOps is lengthened, by
  // its own length at a time; one that still saw none has failed. A launch waits no longer than
  // patience() in all for what does not come.
  void measure();

  // Begins and ends the load: on the CPUs in the column `cpus`, on all if the parties are not bound.
  void begin_load();
  void end_load() { load_.end(); }

  // Says that a latency is the whole of an operation, and how many are under way at once: the rate is then
  // known from the latencies (Little's law), and a row whose rate is another says so.
  void expect_whole_operations(int at_once) { at_once_ = at_once; }

  // Says that the loop is open. A window that fell behind the arrivals then says so.
  void expect_arrivals(double per_s, bool poisson) { arrivals_per_s_ = per_s, poisson_ = poisson; }

  // Says how many parties there are, if not all of them have a tally.
  void expect(int parties) { parties_ = std::max(parties_, parties); }
  // Longer where many take part: an operation may be all of theirs, and they share the cores.
  std::chrono::nanoseconds patience() const { return kPatience + parties_ * kPatiencePerParty; }

  static constexpr std::uint64_t kFewestOps = 10;
  static constexpr std::chrono::seconds kPatience{3};
  static constexpr std::chrono::milliseconds kPatiencePerParty{100};

  // The parties are a program of the user: what it does wrong is said with the remedy, and what it counted is not
  // believed without a look.
  bool is_program = false;
  std::int64_t bytes_per_operation = 0;  // that it moves; 0: not known

  // For when all parties have ended, so that no count is under way: fails the windows of a program whose counts
  // contradict each other.
  void check_counts();

  // Of --injected-delay; a case that does not ask for it cannot be slowed.
  struct InjectedDelay {
    std::optional<double> ns = {};
    bool taken = false;
  } injected_delay;

  Json facts = Json::object();  // columns that hold for every row of the launch
  std::vector<Window> windows;  // measured

 private:
  struct Edge;
  void count_at(Edge& edge) const;
  void sleep_until_ops(std::uint64_t wanted, Clock::time_point end);
  Edge look() const;
  std::vector<std::uint64_t> latencies_of(int number, int first) const;
  Window between(int number, const Edge& opened, const Edge& closed) const;
  std::string fault_of(const Edge& opened, const Edge& closed, const Window& window) const;
  std::string fault_of_counts() const;

  Timing timing_;
  Load load_;  // first: it must not inherit the counters
  Counters counters_;
  double arrivals_per_s_ = 0;  // 0: a closed loop
  bool poisson_ = false;
  int at_once_ = 0;                     // operations whose latency is all of them; 0: not known
  int parties_ = 0;                     // that are known of
  std::uint64_t ops_before_ = 0;        // when the first window opened
  std::chrono::nanoseconds waited_{0};  // for what did not come
  int fd_;
  int tally_count_;
  std::size_t bytes_;
  ControlHeader* header_;
  Tally* tallies_;
};

}  // namespace harness
