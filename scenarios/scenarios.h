// Every scenario there is. A new one is a file, a line here and a line in CMakeLists.txt.
#pragma once

#include "harness/scenario.h"

namespace scenarios {

extern const harness::Scenario cpu_scaling;
extern const harness::Scenario lifecycle;
extern const harness::Scenario lock_contention;
extern const harness::Scenario pipe_vs_queue;
extern const harness::Scenario pool_tasks;
extern const harness::Scenario producer_consumer;
extern const harness::Scenario semaphore_pool;
extern const harness::Scenario single_operation;
extern const harness::Scenario wakeup;

}  // namespace scenarios
