// A few permits for many workers: how much gets done, and how long does a worker wait for its permit?
//
//   each worker:  ──▶ [ acquire ──▶ work `work_in_ns` ──▶ release ] ──▶ again     `permits` at a time
//
// How many are inside at once is counted by an atomic in shared memory, and the most ever seen is in
// the column max_inside: more than there are permits, and the row has failed. Throughput counts
// permits taken. A latency is the time from asking for a permit to having it (sampled_waits.h). Workers
// are dealt out to the CPUs in turn.
#include "scenarios/semaphore_pool.h"

#include "scenarios/support/cpython.h"
#include "scenarios/support/decisive.h"
#include "scenarios/support/placement.h"
#include "scenarios/support/registry.h"
#include "scenarios/support/workers_axis.h"

namespace scenarios {
namespace {

using Semaphores = Roster<SemaphoreContender>;

void measure(harness::Run& run) {
  const int workers = workers_of(run);
  if (run["permits"] < 1) run.skip("at least one permit");
  const auto cpus = place_in_turn(run, workers);
  for (int me = 0; me < workers; ++me) run.tally(me);  // one that gets nothing is counted as well
  run.note("mode", "pool");
  run.note("metric_kind", "throughput");
  run.note("load_mode", "closed");
  run.note("verified", 1);
  run.note("sample_every", kTimedPermits);
  const auto* contender = Semaphores::find(run.text("contender"), worker_kind_of(run));
  contender->note(run);
  contender->measure(run, cpus);
}

// Leaves out a contender between workers of a kind it is not for, an interpreter where none is needed,
// and a permit for each worker, for which none would wait.
bool offers(const harness::Point& point) {
  if (!is_closed(point) && is_cpython(point.text("contender"))) return false;
  if (point["permits"] >= point["workers"]) return false;
  return interpreter_fits(point) &&
         Semaphores::find(point.text("contender"), worker_kind_of(point)) != nullptr;
}

bool decisive(const harness::Point& point) {
  return point["workers"] == 4 && point["permits"] == 2 && is_closed(point) &&
         contender_is_one_of(point, {"semaphore", "posix_sem", "std_counting_semaphore"});
}

const RegisteredScenario registered([] {
  return harness::Scenario{
      .name = "semaphore_pool",
      .question = "A few permits for many workers: how much gets done, and how long do they wait?",
      .family = "sync",
      .parameters =
          {
              contender_axis<SemaphoreContender>("the semaphore"),
              scope_axis(),
              {"workers", "parties", up_to_all_cpus({4, 2, 8}, count_of_cpus()),
               "how many threads or processes"},
              {"permits", "permits", {2, 1, 4}, "how many may be inside at once"},
              {.name = "work_in_ns",
               .column = "work_in_ns",
               .sweep = {1000},
               .meaning = "work with the permit, in ns",
               .alias = "inside"},
              spread_axis(),
              harness::arrival_axis(),
              interpreter_axis(),
          },
      .run = measure,
      .offers = offers,
      .parties = tallies_of_workers,
      .decisive = decisive,
      .contenders = labels_of<SemaphoreContender>(),
  };
});

}  // namespace
}  // namespace scenarios
