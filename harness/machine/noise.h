// Noise: how steady a machine is, and what disturbs it.
//
//   NoiseReport report = noise_of(series, facts);
//   report.smallest_effect   // 0.036: a change of 3.6 % would be found in 90 % of comparisons
//
// The smallest effect is what `ab` would find if launches varied as these batches do: batches that follow each
// other are taken as its rounds of A B, B A, of which 12 are a trial. It is a bound from below: launches of a real
// case vary in more ways, and `aa` measures that.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/json_fwd.h"

namespace harness {

// The batches of one probe, in the order of time.
struct ProbeSeries {
  std::string name;
  std::vector<double> ns;
};

// What was seen of the machine meanwhile. Nothing: it does not report it.
struct MachineFacts {
  std::optional<double> steal_frac = {};    // of all CPUs' time, given to other guests
  std::optional<double> stalled_frac = {};  // of the time, that some task waited for a CPU (PSI)
  std::optional<double> others_frac = {};   // of all CPUs' time, used by other programs
  std::vector<std::string> busiest = {};    // of them, as "1234 make 62 %": of one CPU
  std::optional<std::int64_t> throttled_us = {};
  std::optional<std::string> governor = {}, quota = {};
  std::optional<bool> turbo = {};
  std::vector<double> mhz = {};       // clock frequencies that were seen
  std::optional<bool> is_guest = {};  // of a hypervisor
  int cpus = 0, cores = 0;            // that may be used
};

struct ProbeNoise {
  std::string name;
  double median_ns = 0;
  double varies = 0;                           // robust coefficient of variation of the batches
  double worst = 0;                            // the slowest of 100 batches is slower by this share
  std::optional<double> smallest_effect = {};  // nothing: too few batches
  std::string reason = {};                     // why there is no smallest effect
  bool measured = true;                        // it has a batch
};

struct Cause {
  std::string what, remedy;
};

// A probe without any batch is part of it, with the reason.
struct NoiseReport {
  std::vector<ProbeNoise> probes;
  std::optional<double> smallest_effect;  // the largest of the probes, if each has one
  std::vector<Cause> causes;
};

ProbeNoise noise_of(const ProbeSeries& series);

// Returns what disturbs, worst first, and what to do about each.
std::vector<Cause> causes_of(const MachineFacts& facts);

NoiseReport noise_of(const std::vector<ProbeSeries>& series, const MachineFacts& facts);

// Returns why there is no score: which probes were not, or hardly, measured, and what to do. Empty if there is one.
std::string reason_of(const NoiseReport& report);

// 100: the smallest effect is 0; 0: it is 20 % or more. Nothing: a probe is missing, which might have been the one that
// sets it.
std::optional<int> score_of(const NoiseReport& report);
// quiet, usable, noisy or unfit: up to 2 %, 5 %, 15 % and more. unknown: there is no score.
std::string grade_of(const NoiseReport& report);

std::string noise_text(const NoiseReport& report);
Json noise_json(const NoiseReport& report, const MachineFacts& facts);

}  // namespace harness
