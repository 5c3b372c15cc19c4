// Does work get done faster with more workers?
//
//   weak     each worker:  ──▶ [ a unit of work ──▶ counts it ] ──▶ again
//   strong   each worker:  ──▶ [ its share of 256 units, each counted ──▶ the barrier ] ──▶ again
//
// The same units (workload.h) on 1, 2, 4 ... workers, dealt out to the CPUs in turn: threads and
// processes, ours and CPython's. Weak scaling: does more get done in the same time? Strong: is the same
// done sooner, when no worker goes on before the last has finished its share? The result is the rate of
// all together, against that of one worker of the same contender: in rounds, where the work is fixed,
// that is the time of one worker by the time of all. Latencies are those of rounds. More workers than
// CPUs are measured too, up to twice as many, to show that they bring nothing.
#include "scenarios/cpu_scaling.h"

#include <cstdint>
#include <string>

#include "scenarios/support/cpython.h"
#include "scenarios/support/decisive.h"
#include "scenarios/support/memory.h"
#include "scenarios/support/placement.h"
#include "scenarios/support/registry.h"
#include "scenarios/support/workers_axis.h"

namespace scenarios {
namespace {

using Contenders = Roster<WorkersContender>;

void check_point(const harness::Run& run, int workers) {
  if (run.text("scaling") == "strong" && workers > kUnits) {
    run.skip("a round has " + std::to_string(kUnits) + " units, so at most as many workers");
  }
  if (run.text("work") != "memory") return;
  const auto needed = kReadBytes * static_cast<std::uint64_t>(workers);
  const auto available = available_memory();
  if (available && needed > *available) {
    run.skip("each worker reads " + std::to_string(kReadBytes >> 20) + " MiB of its own, all " +
             std::to_string(needed >> 20) + " MiB, and " + std::to_string(*available >> 20) +
             " MiB are free");
  }
}

void measure(harness::Run& run) {
  const int workers = workers_of(run);
  check_point(run, workers);
  const auto cpus = place_in_turn(run, workers);
  for (int me = 0; me < workers; ++me) run.tally(me);
  run.note("metric_kind", run.text("scaling") == "weak" ? "throughput" : "latency");
  run.note("load_mode", "closed");
  const auto* contender = Contenders::find(run.text("contender"));
  contender->note(run);
  contender->measure(run, cpus);
}

// Leaves out what interpreters of one process do not share: a lock, and the barrier of rounds.
bool offers(const harness::Point& point) {
  const bool needs_shared = point.text("work") == "lock" || point.text("scaling") == "strong";
  return interpreter_fits(point) &&
         !(needs_shared && point.text("contender") == "cpython_interpreter");
}

// One worker, and as many as have a CPU each.
bool decisive(const harness::Point& point) {
  return (point["workers"] == 1 || point["workers"] == count_of_cpus()) &&
         point.text("work") == "integer" && point.text("scaling") == "weak" &&
         !contender_is_one_of(point, {"cpython_interpreter", "cpython_process"});
}

const RegisteredScenario registered([] {
  return harness::Scenario{
      .name = "cpu_scaling",
      .question = "Does work get done faster with more workers?",
      .family = "scaling",
      .parameters =
          {
              contender_axis<WorkersContender>("what the workers are"),
              {"workers", "parties", up_to_all_cpus({1}, count_of_cpus()),
               "how many threads or processes; swept, twice as many as CPUs at most",
               harness::Parameter::Kind::kContender},
              {"work",
               "mode",
               {"integer", "floating_point", "memory", "allocation", "lock"},
               "what they do"},
              {"scaling",
               "scaling",
               {"weak", "strong"},
               "each does all it can, or rounds of the same work are divided among them",
               harness::Parameter::Kind::kContender},
              spread_axis(),
              interpreter_axis(),
          },
      .run = measure,
      .offers = offers,
      .parties = tallies_of_workers,
      .decisive = decisive,
      .has_leader = false,
      .contenders = labels_of<WorkersContender>(),
  };
});

}  // namespace
}  // namespace scenarios
