// Tally: a line for each walk and soak, in the file that GILFREE_CRASH_TALLY names, if it does.
//
//   test,kind,points,missed,hangs,edges,slowest_us
//
// scripts/checks/crash-tally makes a table of them.
#pragma once

#include "primitives/tests/support/crash_lab.h"

namespace gilfree::testing {

// Kind: kill, double kill, freeze or soak. Returns what it was given.
Findings tallied(const char* kind, Findings findings);

// Of a soak: how many it killed, how many did not go on, and the longest that one waited.
void tally_soak(int kills, int hangs, double longest_ms);

}  // namespace gilfree::testing
