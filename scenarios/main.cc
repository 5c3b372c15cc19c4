#include "scenarios/scenarios.h"

int main(int argc, char** argv) {
  return harness::main(
      argc, argv,
      {&scenarios::pipe_vs_queue, &scenarios::producer_consumer, &scenarios::lock_contention,
       &scenarios::semaphore_pool, &scenarios::wakeup, &scenarios::pool_tasks,
       &scenarios::lifecycle, &scenarios::cpu_scaling, &scenarios::single_operation});
}
