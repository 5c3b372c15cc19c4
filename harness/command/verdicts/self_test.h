// The command `aa`.
#pragma once

#include "harness/command/verdicts/compare_options.h"

namespace harness {

// Compares a build with itself in many trials, or with itself slowed on purpose. Writes aa.jsonl as it goes, then
// aa.json and aa.md. Returns the exit code.
int self_test(CompareOptions options);

}  // namespace harness
