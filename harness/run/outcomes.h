// Outcomes: what became of the launches of a run, and the exit code that follows.
#pragma once

#include <map>
#include <string>

#include "harness/base/json_fwd.h"

namespace harness {

class Outcomes {
 public:
  void add(const Json& row);
  // Says on stderr why cases were skipped.
  void say_why_nothing_ran() const;
  // Of bench-all, as the README lists them.
  int exit_code() const;

  // The reason that a row gives, as the log has it: bytes that are not UTF-8 are replaced.
  static std::string reason_of(const Json& row);

 private:
  int count(const std::string& status) const;

  std::map<std::string, int> rows_;         // by status
  std::map<std::string, int> skipped_for_;  // cases by reason
};

}  // namespace harness
