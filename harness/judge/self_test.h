// SelfTest: what the comparison says of a build against itself, in many trials on this machine: how often it
// is wrong, how small an effect it would find, and how often it finds a delay that was injected.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/judge/trial.h"

namespace harness {

class SelfTest {
 public:
  // Of trials in which nothing changed. A row's trials are comparisons of one metric of one case, but of a sum, which
  // has neither a metric nor a smallest effect.
  struct Row {
    std::string name;
    Metric metric = Metric::kRate;
    int trials = 0;
    int wrong = 0;               // trials that said worse or better, before confirmation
    int wrong_confirmed = 0;     // that said worse in fresh rounds too
    int undecided = 0;           // that said neither this nor "same"
    double rate_upper = 1;       // 95 % upper bound of the rate of wrong trials
    double smallest_effect = 0;  // a worsening by so much would be found in 90 % of trials
    bool is_sum = false;
  };

  // Of trials in which B was slowed. It is found if the rate is worse.
  struct Power {
    std::string name;
    double slowed_by = 0;
    int trials = 0;
    int found = 0;      // before confirmation
    int confirmed = 0;  // in fresh rounds too: these fail a build
    double effect = 0;  // by how much the rate was worse in the median trial
  };

  explicit SelfTest(double delta) : delta_(delta) {}

  void add(const Trial& trial);

  std::vector<Row> rows() const;
  // Over all cases and metrics.
  Row total() const;
  // Over all cases: a comparison of a case is wrong if that of any metric is.
  Row cases() const;
  // Over all trials, each of which is a build that `ab` would judge: wrong if any metric of any case is.
  Row whole() const;

  // By case and share; then over all cases, by share, with the name "all".
  std::vector<Power> powers() const;

 private:
  struct Trials {
    int wrong = 0, wrong_confirmed = 0, undecided = 0;
    std::vector<double> found_from;  // of each trial: the worsening from which it is found
    void add(const TrialRow& row, double threshold);
  };
  static Row row_of(const std::string& name, Metric metric, const Trials& trials);
  static Row sum_of(const std::string& name, const Trials& trials);

  double delta_;
  std::map<std::string, std::map<Metric, Trials>> trials_;
  Trials total_, cases_, whole_;
  std::map<std::pair<std::string, double>, std::vector<TrialRow>> slowed_;
};

}  // namespace harness
