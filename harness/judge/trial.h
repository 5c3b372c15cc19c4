// Trial: one comparison of a build with itself, of which the answer is known: nothing changed, or B was slowed on
// purpose. A line of aa.jsonl.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/base/json_fwd.h"
#include "harness/judge/compared.h"

namespace harness {

struct TrialRow {
  std::string name;
  Metric metric;
  double effect = 0;
  std::optional<Interval> interval;
  bool suspected = false;  // worse, or better, before fresh rounds
  bool confirmed = false;  // worse in fresh rounds too
  bool undecided = false;
};

struct Trial {
  double slowed_by = 0;  // the share that B was slowed by; 0: nothing changed
  double seconds = 0;    // it took
  std::vector<TrialRow> rows = {};
};

// Returns the metric of this name; throws std::out_of_range if there is none.
Metric metric_called(const std::string& name);

// Of the rows that could be judged: those with six rounds and more.
Trial trial_of(const Compared& compared, double slowed_by, double seconds);

Json json_of(const Trial& trial);
// Throws Json::exception or std::out_of_range if it is none.
Trial trial_from(const Json& json);

}  // namespace harness
