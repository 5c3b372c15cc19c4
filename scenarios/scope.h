// Scope: whether the parties of a measurement are threads of one process or processes.
#pragma once

#include <string>

#include "harness/scenario.h"

namespace scenarios {

enum class Scope { kThreads, kProcesses };

// As an axis. Both are part of the smoke profile: they are different programs.
inline harness::Parameter scope_axis() {
  return {"scope",
          "scope",
          {"threads", "processes"},
          "what the parties are",
          harness::Parameter::Kind::kWhole};
}

inline Scope scope_of(const harness::Point& point) {
  return point.text("scope") == "threads" ? Scope::kThreads : Scope::kProcesses;
}

// Of a launch, and noted in its row.
inline Scope scope_of(harness::Run& run) {
  const bool threads = run.text("scope") == "threads";
  run.note("scope", threads ? "thread" : "process");
  return threads ? Scope::kThreads : Scope::kProcesses;
}

// Calls visit.operator()<scope>().
template <typename Visit>
void with_scope(Scope scope, Visit visit) {
  if (scope == Scope::kThreads) {
    visit.template operator()<Scope::kThreads>();
  } else {
    visit.template operator()<Scope::kProcesses>();
  }
}

}  // namespace scenarios
