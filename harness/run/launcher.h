// Launcher: starts a fresh process of this program for each launch and gets its rows back.
//
// A launch that crashes, hangs or says nothing is a row with a status, never the end of the run.
// Each launch has its own process group, is killed with its parent, and leaves no process behind.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "harness/base/json_fwd.h"

namespace harness {

// Runs `order` (launch.h). One object {"row": ..., "latency": ...} per row; a row always has a
// status. Empty if the run was interrupted.
std::vector<Json> run_launch(Json order, std::chrono::nanoseconds timeout);

// Makes this process the parent of orphans, so that it can wait for them too.
void adopt_orphans();
void reap_orphans();

}  // namespace harness
