// How many tasks does a pool of workers get done, and how long is one on its way there and back?
//
//   submitter:  ──▶ [ tasks ──▶ workers ──▶ results ] ──▶ again           closed loop, trivial tasks
//
// way one_by_one: a map in which each task travels alone (chunk size 1); chunks: one in which as many
// travel together as the pool itself would choose (or, where it does not, CPython's rule: four chunks a
// worker); round_trip: a single call and its result, one after the other. fifty: 50 tasks and nothing
// else, from the making of the pool to its end; or a process for each of them, which is the usual
// alternative for so few. Every result is checked. The submitter is a process of its own that the
// workers come from; all may run on any CPU.
#include "scenarios/pool_tasks.h"

#include "scenarios/support/cpython.h"
#include "scenarios/support/decisive.h"
#include "scenarios/support/placement.h"
#include "scenarios/support/registry.h"
#include "scenarios/support/workers_axis.h"

namespace scenarios {
namespace {

using Contenders = Roster<PoolContender>;

void measure(harness::Run& run) {
  const int workers = workers_of(run);
  const std::string& way = run.text("way");
  run.note("metric_kind", way == "round_trip" || way == "fifty" ? "latency" : "throughput");
  run.note("load_mode", "closed");
  if (way == "round_trip" && run.text("arrival") == "none") run.latencies_are_whole();
  run.note("verified", 1);
  const auto* contender = Contenders::find(run.text("contender"));
  contender->note(run);
  run.expect(contender->traits.maps ? workers : static_cast<int>(kFifty));
  contender->measure(run, workers);
}

// Leaves out the ways that the contender does not have, and an interpreter where none is needed.
bool offers(const harness::Point& point) {
  const std::string& way = point.text("way");
  const auto& traits = Contenders::find(point.text("contender"))->traits;
  const bool has = way == "fifty" ? traits.fifty : way == "round_trip" ? traits.calls : traits.maps;
  if (!is_closed(point) && (way != "round_trip" || is_cpython(point.text("contender"))))
    return false;
  return has && interpreter_fits(point);
}

bool decisive(const harness::Point& point) {
  const std::string& way = point.text("way");
  return way != "round_trip" && point["workers"] == 2 && is_closed(point) &&
         (contender_is_one_of(point, {"process_pool", "pipe_pool"}) ||
          (way != "fifty" && contender_is_one_of(point, {"thread_pool", "tbb_task_group"})));
}

const RegisteredScenario registered([] {
  return harness::Scenario{
      .name = "pool_tasks",
      .question = "How many tasks does a pool get done, and how long is one on its way?",
      .family = "lifecycle",
      .parameters =
          {
              contender_axis<PoolContender>("whose pool"),
              {"way",
               "mode",
               {"one_by_one", "chunks", "round_trip", "fifty"},
               "how tasks travel: each alone, many together, one and its result back; 50 in all, "
               "with the making of the pool",
               harness::Parameter::Kind::kWhole},
              {"workers", "parties", up_to_all_cpus({2, 1, 4}, count_of_cpus()),
               "how many threads or processes"},
              harness::arrival_axis(),
              interpreter_axis(),
          },
      .run = measure,
      .offers = offers,
      .parties = tallies_of_workers,
      .decisive = decisive,
      .contenders = labels_of<PoolContender>(),
  };
});

}  // namespace
}  // namespace scenarios
