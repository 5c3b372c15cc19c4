// RoundsWith: in how many rounds, or launches, each of two builds measured a metric of a case.
//
// Those in which one of them lacks it give no difference. What lacks a metric is often slow, as a case of which too few
// operations end in a window: the rounds that are left would judge the fast launches alone.
#pragma once

#include <string>

#include "harness/judge/advice.h"
#include "harness/judge/metric.h"

namespace harness {

struct RoundsWith {
  int both = 0, only_a = 0, only_b = 0;

  int all() const { return both + only_a + only_b; }
};

// Returns what gives a launch the latency that it lacks, "; ..."; empty for a metric that needs nothing. `option` makes its
// windows longer.
std::string remedy_for(Metric metric, const std::string& option);
inline constexpr char kLongerWindow[] = "run --window 1s";  // of a stored run

// Returns true for a rate or a median latency that A has and B lacks in a quarter of the rounds or more: it is not compared.
bool b_has_lost(Metric metric, const RoundsWith& rounds);

// Says in how many rounds one build alone measured it, and what gives it to both; empty if there is none.
std::string one_sided_note(Metric metric, const RoundsWith& rounds,
                           Reader reader = Reader::kCommandLine);

// The same of the launches of two stored runs, which are not paired: how many there are, and how many lack it.
struct LaunchesWithout {
  int a = 0, of_a = 0, b = 0, of_b = 0;
};

// It is lost only if B lacks it more often than A does.
bool b_has_lost(Metric metric, const LaunchesWithout& launches);
std::string one_sided_note(Metric metric, const LaunchesWithout& launches);

}  // namespace harness
