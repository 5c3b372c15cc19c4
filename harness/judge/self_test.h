// SelfTest: what the comparison says of a build against itself, in many trials on this machine: how often it
// is wrong, and how small an effect it would find.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/judge/comparison.h"

namespace harness {

class SelfTest {
 public:
  struct Row {
    std::string name;
    Metric metric;
    int trials = 0;
    int wrong = 0;               // trials that said worse or better, before confirmation
    int wrong_confirmed = 0;     // that said worse in fresh rounds too
    double rate_upper = 1;       // 95 % upper bound of the rate of wrong trials
    double smallest_effect = 0;  // a worsening by so much would be found in 90 % of trials
  };

  // Adds a comparison of the build with itself.
  void add(const Comparison& trial, double delta);
  std::vector<Row> rows() const;
  // Over all cases and metrics.
  Row total() const;

 private:
  struct Trials {
    int wrong = 0, wrong_confirmed = 0;
    std::vector<double> found_from;  // of each trial: the worsening from which it is found
  };
  static Row row_of(const std::string& name, Metric metric, const Trials& trials);

  std::map<std::string, std::map<Metric, Trials>> trials_;
};

}  // namespace harness
