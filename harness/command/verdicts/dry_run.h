// What `ab --dry-run` and `aa --dry-run` say: which builds, which cases, how many launches and how long.
#pragma once

#include "harness/command/verdicts/compare_options.h"

namespace harness {

// Both build and measure nothing; they ask cases that are to be slowed by a short launch whether they can be. Return kOk; throw BadUsage, as the command itself does.
int plan_ab(const CompareOptions& options);
int plan_aa(const CompareOptions& options);

}  // namespace harness
