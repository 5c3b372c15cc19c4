// What does a lock cost when several workers want it, how long do they wait, and is it dealt out
// evenly?
//
//   each worker:  ──▶ [ lock ──▶ count, work `work_in_ns` ──▶ unlock ] ──▶ work `work_out_ns` ──▶ again
//
// The section counts in two words that must agree at each entry and at the end; where they do not, two
// workers were inside at once and the row has failed. Throughput counts sections. A latency is the time
// from asking for the lock to having it (sampled_waits.h). Workers are dealt out to the CPUs in turn.
#include "scenarios/lock_contention.h"

#include "scenarios/support/cpython.h"
#include "scenarios/support/decisive.h"
#include "scenarios/support/placement.h"
#include "scenarios/support/registry.h"
#include "scenarios/support/workers_axis.h"

namespace scenarios {
namespace {

using Locks = Roster<LockContender>;

void measure(harness::Run& run) {
  const int workers = workers_of(run);
  // Sections of a microsecond and more allow more of the waits to be timed.
  const std::int64_t every = run["work_in_ns"] + run["work_out_ns"] < 1000 ? 64 : 8;
  const auto cpus = place_in_turn(run, workers);
  for (int me = 0; me < workers; ++me) run.tally(me);  // one that gets nothing is counted as well
  run.note("mode", "contention");
  run.note("metric_kind", "throughput");
  run.note("load_mode", "closed");
  run.note("verified", 1);
  run.note("sample_every", every);
  const auto* contender = Locks::find(run.text("contender"), worker_kind_of(run));
  contender->note(run);
  contender->measure(run, cpus, every);
}

// Leaves out a contender between workers of a kind it is not for, an interpreter where none is needed,
// and work around a lock that no other worker wants.
bool offers(const harness::Point& point) {
  if (!is_closed(point) && (point["work_out_ns"] > 0 || is_cpython(point.text("contender"))))
    return false;
  if (point["workers"] == 1 && point["work_in_ns"] + point["work_out_ns"] > 0) return false;
  return interpreter_fits(point) &&
         Locks::find(point.text("contender"), worker_kind_of(point)) != nullptr;
}

bool decisive(const harness::Point& point) {
  return point["workers"] == 2 && point["work_in_ns"] == 0 && point["work_out_ns"] == 0 &&
         is_closed(point) &&
         contender_is_one_of(point,
                             {"lock", "std_mutex", "pthread_mutex_pshared", "pthread_robust"});
}

const RegisteredScenario registered([] {
  return harness::Scenario{
      .name = "lock_contention",
      .question = "What does a lock cost when several want it, and is it dealt out evenly?",
      .family = "sync",
      .parameters =
          {
              contender_axis<LockContender>("the lock"),
              scope_axis(),
              {.name = "workers",
               .column = "parties",
               .sweep = up_to_all_cpus({2, 1, 4, 8}, count_of_cpus()),
               .meaning = "how many threads or processes",
               .alias = "parties"},
              {.name = "work_in_ns",
               .column = "work_in_ns",
               .sweep = {0, 1000},
               .meaning = "work in the section besides counting, in ns",
               .alias = "inside"},
              {.name = "work_out_ns",
               .column = "work_out_ns",
               .sweep = {0},
               .meaning = "work between two sections, in ns",
               .alias = "outside"},
              spread_axis(),
              harness::arrival_axis(),
              interpreter_axis(),
          },
      .run = measure,
      .offers = offers,
      .parties = tallies_of_workers,
      .decisive = decisive,
      .contenders = labels_of<LockContender>(),
  };
});

}  // namespace
}  // namespace scenarios
