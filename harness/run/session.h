// Session: one run of the suite, from the first launch to the report.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "harness/plan/interpreters.h"
#include "harness/plan/plan.h"
#include "harness/plan/schedule.h"
#include "harness/record/events.h"
#include "harness/record/folder.h"
#include "harness/record/unfinished.h"
#include "harness/run/outcomes.h"
#include "harness/run/progress.h"
#include "harness/run/settings.h"

namespace harness {

class Session {
 public:
  Session(const RunSettings& settings, std::vector<Case> cases,
          std::vector<Interpreter> interpreters, std::vector<std::string> command);

  // Measures, writes the folder of the run and draws its report. Returns the exit code of bench-all.
  // Throws BadUsage or CannotWrite if nothing could be measured.
  int run();
  // Where it was written to.
  const std::filesystem::path& folder() const { return folder_; }

 private:
  int measure_into(const Folder& folder, const Json& facts);
  int go_on();
  void take_over(const Unfinished& run);
  int complete_log(EventLog& log);
  int report(int code) const;
  void measure(EventLog& log);
  void take(std::vector<Json> lines, const Launch& launch, EventLog& log, Progress& progress);
  void see(const Case& of, const Json& row);
  void finish(EventLog& log, const std::filesystem::path& folder);

  const RunSettings& settings_;
  std::vector<Case> cases_;
  std::vector<Interpreter> interpreters_;
  std::vector<std::string> command_;
  std::string run_id_;
  std::filesystem::path folder_;
  Schedule schedule_;
  Outcomes outcomes_;
};

}  // namespace harness
