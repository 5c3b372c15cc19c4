// What `ab --dry-run` says: which builds, which cases, how many launches and how long.
#pragma once

#include "harness/command/verdicts/compare_options.h"

namespace harness {

// Builds and measures nothing. Returns kOk; throws BadUsage, as `ab` does.
int plan_ab(const CompareOptions& options);

}  // namespace harness
