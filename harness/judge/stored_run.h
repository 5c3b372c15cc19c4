// StoredRun: a run that was measured earlier, and what two of them say about each other.
//
//   const StoredRun old = read_run("results/local/baselines/main"), now = read_run("out");
//   const Compared compared = compare_runs(old, now, {.delta = 0.05});
//
// Runs at different times are not paired: a machine that changed its speed in between shows as a
// difference of the builds. `bench-all ab` measures in rounds and is to be preferred.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/judge/compared.h"
#include "harness/judge/skipped.h"

namespace harness {

struct StoredRun {
  std::string name;  // as the user called it
  Json facts;        // as in run.json
  // The values of each metric, one for each launch that ended well.
  std::map<std::string, std::map<Metric, std::vector<double>>> cases;
  // All that it was to measure is there: it was neither killed nor interrupted.
  bool has_ended = true;
  std::map<std::string, std::string> failures = {};  // of cases of which a launch failed: why
  std::map<std::string, int> launches = {};          // that ended well, by case
  SkippedCases skipped = {};          // of which all launches were; `failures` has them too
  std::filesystem::path folder = {};  // that holds it, for `run --resume`
};

// Throws BadUsage if the folder holds no readable run.
StoredRun read_run(const std::filesystem::path& folder, const std::string& name);

// Throws BadUsage, with the remedy, if the run has not ended.
void expect_ended(const StoredRun& run);

// Returns when the run was measured, and of which commit: "measured 2026-11-29 01:10:44 UTC at commit 1a2b3c4d5e6f", and
// "with changes" if the build's files differed from it.
std::string origin_of(const StoredRun& run);

struct StoredRules {
  double delta = 0.05;
  bool lenient = false;  // compare unlike and unfinished runs, and say so in each row
};

// Judges each metric of each case by the Mann-Whitney U test (verdict.h), with the false discovery rate over all of them at
// most 5 %. A case of which a launch failed is incomparable, and so is a rate or a median that B has lost (one_sided.h). One
// that a run does not have, or has not measured at all, is one row. All rows are incomparable if the runs are unlike, unless
// `lenient`. Throws BadUsage if one has not ended, unless `lenient`.
Compared compare_runs(const StoredRun& a, const StoredRun& b, const StoredRules& rules);

}  // namespace harness
