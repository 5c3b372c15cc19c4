// What does one operation cost when no other worker is there?
//
// One thread, looped by Google Benchmark, in a process that has made another thread before: glibc's
// locks are cheaper until then. Nanoseconds per operation are in lat_mean_ns; row `nothing` is the
// loop. CPython loops by itself: its rows are the mean of batches of a thousand.
#include "scenarios/single_operation.h"

#include <thread>

#include "scenarios/support/cpython.h"
#include "scenarios/support/decisive.h"
#include "scenarios/support/registry.h"

namespace scenarios {
namespace {

void measure(harness::Run& run) {
  std::thread([] {}).join();
  run.note("mode", "operation");
  run.note("metric_kind", "latency");
  run.note("threads", 1);
  run.note("load_mode", "closed");
  const auto* operation = Roster<OperationContender>::find(run.text("contender"));
  operation->note(run);
  operation->measure(run);
}

bool decisive(const harness::Point& point) {
  return contender_is_one_of(
      point, {"th_lock_acquire_release", "std_mutex_acquire_release", "tbb_mutex_acquire_release",
              "tbb_spin_mutex_acquire_release"});
}

const RegisteredScenario registered([] {
  return harness::Scenario{
      .name = "single_operation",
      .question = "What does one operation cost when no other thread wants it?",
      .family = "cost",
      .parameters = {contender_axis<OperationContender>("what is done over and over"),
                     interpreter_axis()},
      .run = measure,
      .offers = interpreter_fits,
      .decisive = decisive,
      .has_leader = false,
      .contenders = labels_of<OperationContender>(),
  };
});

}  // namespace
}  // namespace scenarios
