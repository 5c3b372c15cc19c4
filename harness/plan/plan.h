// Plan: which points a run measures. How often and in which order is schedule.h's.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/scenario.h"

namespace harness {

struct Case {
  const Scenario* scenario;
  Point point;
  std::string name;
  // The same for all contenders of a question: the name without its contender.
  std::string question;

  // The value of the axis of contenders; empty if the scenario has none.
  std::string contender() const;
  // What the CPUs do beside it (load.h).
  std::string load() const;
  // The scenario says so of the point, or of the contender.
  bool decisive() const;
};

// What the command line chose.
struct Selection {
  std::vector<std::string> filters = {};         // filter.h; a case must match one of them
  std::vector<std::string> excludes = {};        // and none of these
  std::map<std::string, std::string> axes = {};  // "bytes" -> "8,64,1k"
  std::vector<std::string> interpreters = {};    // labels for the kInterpreter axis
  bool interpreters_named = false;               // by --python
  bool smoke = false;                      // the first value of every axis but the contenders'
  bool quick = false;                      // the same, but for scenarios that are whole_in_quick
  std::vector<std::string> programs = {};  // names of contenders that are programs (programs.h)
};

// Returns false if no case of the selection would run Python, whatever its version: then none is searched for,
// which may take seconds. True also for a selection that select() may refuse.
bool may_run_python(const std::vector<const Scenario*>& scenarios, Selection selection);

// Returns the cases to measure, in the scenarios' order. Throws BadUsage: a value that an axis does not
// have, a filter that is not an expression, and any of them that would have no effect.
std::vector<Case> select(const std::vector<const Scenario*>& scenarios, const Selection& selection);

}  // namespace harness
