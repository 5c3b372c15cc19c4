// WorkerKind: whether the workers of a measurement are threads of one process or processes.
#pragma once

#include <string>

#include "harness/scenario.h"

namespace scenarios {

enum class WorkerKind { kThreads, kProcesses };

// The axis `--scope`. Both values are part of the smoke profile: they are different programs.
inline harness::Parameter scope_axis() {
  return {"scope",
          "scope",
          {"threads", "processes"},
          "what the workers are",
          harness::Parameter::Kind::kWhole};
}

// Returns the value of that axis, for a Point or a Run.
template <typename PointOrRun>
WorkerKind worker_kind_of(const PointOrRun& point) {
  return point.text("scope") == "threads" ? WorkerKind::kThreads : WorkerKind::kProcesses;
}

}  // namespace scenarios
