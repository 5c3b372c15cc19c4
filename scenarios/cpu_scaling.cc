// Does work get done faster with more workers?
//
//   each worker:  ──▶ [ a unit of work ──▶ counts it ] ──▶ again           on a CPU of its own, in turn
//
// The same units (chores.h) on 1, 2, 4 ... workers: threads and processes, ours and CPython's. What
// counts is the rate of all together, against that of one worker of the same kind. More workers than
// CPUs are measured too, up to twice as many, to show that they bring nothing.
#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "primitives/lock.h"
#include "primitives/process.h"
#include "primitives/thread.h"
#include "scenarios/chores.h"
#include "scenarios/contenders/cpython.h"
#include "scenarios/placement.h"
#include "scenarios/scenarios.h"
#include "scenarios/scope.h"

namespace scenarios {
namespace {

template <Scope S>
void work_on(harness::Run& run, const std::vector<int>& cpus) {
  constexpr bool kThreads = S == Scope::kThreads;
  using Worker = std::conditional_t<kThreads, gilfree::Thread, gilfree::Process>;
  using Options = std::conditional_t<kThreads, gilfree::ThreadOptions, gilfree::ProcessOptions>;
  gilfree::Lock<std::conditional_t<kThreads, gilfree::Threads, gilfree::Processes>> lock;
  std::vector<Worker> workers;
  for (int me = 0; me < static_cast<int>(cpus.size()); ++me) {
    const int cpu = cpus[static_cast<std::size_t>(me)];
    workers.emplace_back(
        [&run, &lock, me, cpu] {
          stay_on(cpu);
          auto& tally = run.tally(me);
          const auto chore = make_chore(run.text("work"), lock);
          while (run.running()) {
            chore();
            tally.count(1);
          }
        },
        Options{.daemon = true});
  }
  for (auto& worker : workers) worker.start();
  run.measure();
  for (auto& worker : workers) worker.join();
  if constexpr (!kThreads) {
    for (auto& worker : workers) {
      if (worker.exitcode() != 0) throw std::runtime_error(worker.name() + " failed");
    }
  }
}

void measure(harness::Run& run) {
  const auto workers = static_cast<int>(run["workers"]);
  if (workers < 1 || workers > 64) run.skip("from 1 to 64 workers");
  const std::string& contender = run.text("contender");
  const Scope scope = contender.ends_with("thread") ? Scope::kThreads : Scope::kProcesses;
  const auto cpus = place_in_turn(run, workers);
  for (int me = 0; me < workers; ++me) run.tally(me);
  const char* kind = scope == Scope::kThreads ? "thread" : "process";
  run.note("scope", kind);
  run.note("primitive", kind);
  run.note("metric_kind", "throughput");
  run.note("load_mode", "closed");
  if (is_cpython(contender)) {
    return run_cpython(
        run, "cpu_scaling.py",
        {scope == Scope::kThreads ? "threads" : "processes", run.text("work"), joined(cpus)});
  }
  with_scope(scope, [&]<Scope S>() { work_on<S>(run, cpus); });
}

bool offers(const harness::Point& point) {
  const auto cpus = static_cast<std::int64_t>(allowed_cpus().size());
  if (point["workers"] > 2 * cpus) return false;
  return is_cpython(point.text("contender")) == (point.text("python") != "none");
}

}  // namespace

const harness::Scenario cpu_scaling{
    .name = "cpu_scaling",
    .question = "Does work get done faster with more workers?",
    .family = "scaling",
    .parameters =
        {
            {"contender",
             "impl",
             {"thread", "process", "cpython_thread", "cpython_process"},
             "what the workers are",
             harness::Parameter::Kind::kContender},
            {"workers",
             "parties",
             {1, 2, 4, 8, 16, 32, 64},
             "how many work, twice as many as CPUs at most",
             harness::Parameter::Kind::kContender},
            {"work",
             "mode",
             {"integer", "floating_point", "memory", "allocation", "lock"},
             "what they do"},
            interpreter_axis(),
        },
    .run = measure,
    .offers = offers,
};

}  // namespace scenarios
