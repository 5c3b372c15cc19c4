// Compared: the result of a comparison, whether of two builds in rounds or of two stored runs.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "harness/judge/advice.h"
#include "harness/judge/late_launch.h"
#include "harness/judge/metric.h"
#include "harness/judge/skipped.h"
#include "harness/judge/verdict.h"

namespace harness {

// One metric of one case.
struct ComparedRow {
  std::string name;
  Metric metric = Metric::kRate;
  std::vector<double> a = {}, b = {};    // a value for each launch
  std::vector<double> differences = {};  // a value for each round; empty for stored runs
  Judgement judgement = {};
  std::string note = {};  // why it is incomparable, or what makes it doubtful
  // What `aa` could not find, in the unit of worsening(); nothing if --delta asks for more.
  std::optional<double> floor = {};
  bool floor_decided = false;  // --delta alone would have given another verdict
  bool budget_ended = false;   // a larger budget would have given it the rounds that decide
  // Incomparable, since B, or one of two stored runs, lacks it: a metric that guards the headline, which has a verdict of its own.
  // A p99 comes and goes with the number of operations that end in a window; that is no change of the build.
  bool is_missing_guard = false;
};

struct Compared {
  std::string a = "A", b = "B";
  bool paired = true;                    // by rounds of neighbouring launches; stored runs are not
  Reader reader = Reader::kCommandLine;  // of its advice
  std::vector<ComparedRow> rows = {};
  std::vector<std::string> warnings = {};  // that hold for all rows
  std::vector<LateLaunch> late = {};       // launches that did not end in time
  std::vector<std::string> about = {};  // what a and b are: when and from what they were measured
  // Whether missing guards, and what is undecided, end it with 4 (gate.h).
  bool strict = false;
  bool was_interrupted = false;  // what follows is not all that was asked for
  SkippedCases skipped = {};     // by both sides: they have no row

  // Returns true if no row has enough rounds or launches to be judged.
  bool none_judged() const {
    return std::none_of(rows.begin(), rows.end(), [&](const auto& row) {
      return row.judgement.interval ||
             (row.judgement.verdict == Verdict::kIncomparable && !row.is_missing_guard);
    });
  }
};

// How the warnings begin that say why: that nothing was judged, and that it is not whole.
inline constexpr char kNothingJudged[] = "nothing was judged", kInterrupted[] = "interrupted";

}  // namespace harness
