// TrialLog: the trials of a folder that `aa` writes, a line of aa.jsonl each, written as they end.
//
//   {"event": "aa", ...}          the settings, which all trials of the folder have in common
//   {"event": "code", "case": ..., "linked": ...}    of which code its launches are made (base/linked.h)
//   {"event": "delay", "case": ..., "slowed_by": 0.1, "ns": 24.5}
//   {"event": "late", "launch": {...}}    judge/late_launch.h
//   {"event": "failure", "why": ...}      why a trial could not be ended: a case failed
//   {"event": "trial", ...}       judge/trial.h
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/json_fwd.h"
#include "harness/command/verdicts/settings_log.h"
#include "harness/judge/late_launch.h"
#include "harness/judge/trial.h"

namespace harness {

class TrialLog {
 public:
  // By case, and the share by which it slows the case: nanoseconds.
  using Delays = std::map<std::pair<std::string, double>, double>;

  // A new folder, or with `resume` one that has trials of these settings. Throws BadUsage if it cannot be that, or
  // another `aa` writes to it.
  TrialLog(const std::filesystem::path& folder, bool resume, const Json& settings);

  const std::filesystem::path& folder() const { return log_.folder(); }
  const std::vector<Trial>& trials() const { return trials_; }
  const Delays& delays() const { return delays_; }
  const std::vector<LateLaunch>& late() const { return late_; }
  const std::vector<std::string>& failures() const { return failures_; }

  // Throws LogMoved if the folder was moved or removed meanwhile.
  void expect_in_place() const { log_.expect_in_place(); }

  // Throws BadUsage if launches of the case were made of other code before, also those that found its delay: launches of two
  // programs say nothing of one.
  void expect_code(const std::string& name, const std::string& linked);
  void add(const Trial& trial);
  void add_delay(const std::string& name, double share, double ns);
  void add_late(const LateLaunch& late);
  void add_failure(const std::string& why);

 private:
  void read_line(const Json& line);

  SettingsLog log_;
  std::map<std::string, std::string> code_;  // by case
  std::vector<Trial> trials_;
  Delays delays_;
  std::vector<LateLaunch> late_;
  std::vector<std::string> failures_;
};

}  // namespace harness
