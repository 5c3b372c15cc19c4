// The command `ab`.
#pragma once

#include "harness/command/verdicts/compare_options.h"

namespace harness {

// Compares two builds by rounds of neighbouring launches. Writes ab.jsonl as it goes, then compare.json, compare.csv and
// compare.md. Returns the exit code.
int ab(CompareOptions options);

}  // namespace harness
