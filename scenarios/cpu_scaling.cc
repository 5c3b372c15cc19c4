// Does work get done faster with more workers?
//
//   weak     each worker:  ──▶ [ a unit of work ──▶ counts it ] ──▶ again
//   strong   each worker:  ──▶ [ its share of 256 units, each counted ──▶ the barrier ] ──▶ again
//
// The same units (chores.h) on 1, 2, 4 ... workers, each on a CPU of its own, in turn: threads and
// processes, ours and CPython's. Weak scaling: does more get done in the same time? Strong: is the same
// done sooner, when nobody goes on before the last has finished its share? What counts is the rate of
// all together, against that of one worker of the same kind: in rounds, where the work is fixed, that
// is the time of one worker by the time of all. Latencies are those of rounds. More workers than CPUs
// are measured too, up to twice as many, to show that they bring nothing.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "scenarios/chores.h"
#include "scenarios/contenders/cpython.h"
#include "scenarios/placement.h"
#include "scenarios/scenarios.h"
#include "scenarios/scope.h"

#include <gilfree/barrier.h>
#include <gilfree/lock.h>
#include <gilfree/process.h>
#include <gilfree/thread.h>
#include <gilfree/value.h>

namespace scenarios {
namespace {

constexpr int kUnits = 256;  // of a round; as many for each of 1, 2, 4 ... 64 workers

template <typename Chore>
void work_freely(harness::Run& run, int me, const Chore& chore) {
  auto& tally = run.tally(me);
  while (run.running()) {
    chore();
    tally.count(1);
  }
}

template <gilfree::Scope S>
struct Rounds {
  explicit Rounds(int parties) : workers(parties), end(parties) {}

  const int workers;
  gilfree::Barrier<S> end;
  // Of the even and of the odd rounds: said by worker 0 before the end of it, read by all after that.
  gilfree::Array<bool, S> is_last = gilfree::Array<bool, S>(2);
};

template <gilfree::Scope S, typename Chore>
void work_in_rounds(harness::Run& run, int me, const Chore& chore, Rounds<S>& rounds) {
  using Clock = std::chrono::steady_clock;
  auto& tally = run.tally(me);
  const int share = kUnits * (me + 1) / rounds.workers - kUnits * me / rounds.workers;
  rounds.end.wait();  // until all are there
  for (std::size_t parity = 0;; parity ^= 1) {
    const auto begun = Clock::now();
    if (me == 0) rounds.is_last[parity] = !run.running();
    for (int unit = 0; unit < share; ++unit) {
      chore();
      tally.count(1);
    }
    rounds.end.wait();
    const std::chrono::nanoseconds time = Clock::now() - begun;
    if (me == 0) tally.record(static_cast<std::uint64_t>(time.count()));
    if (rounds.is_last[parity]) return;
  }
}

template <Scope S>
void work_on(harness::Run& run, const std::vector<int>& cpus) {
  constexpr bool kThreads = S == Scope::kThreads;
  using Worker = std::conditional_t<kThreads, gilfree::Thread, gilfree::Process>;
  using Options = std::conditional_t<kThreads, gilfree::ThreadOptions, gilfree::ProcessOptions>;
  using Where = std::conditional_t<kThreads, gilfree::Threads, gilfree::Processes>;
  gilfree::Lock<Where> lock;
  Rounds<Where> rounds(static_cast<int>(cpus.size()));
  const bool weak = run.text("scaling") == "weak";
  std::vector<Worker> workers;
  for (int me = 0; me < static_cast<int>(cpus.size()); ++me) {
    const int cpu = cpus[static_cast<std::size_t>(me)];
    workers.emplace_back(
        [&run, &rounds, chore = make_chore(run.text("work"), lock), weak, me, cpu] {
          stay_on(cpu);
          weak ? work_freely(run, me, chore) : work_in_rounds(run, me, chore, rounds);
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
  run.note("metric_kind", run.text("scaling") == "weak" ? "throughput" : "latency");
  run.note("load_mode", "closed");
  if (is_cpython(contender)) {
    return run_cpython(
        run, "cpu_scaling.py",
        {scope == Scope::kThreads ? "threads" : "processes", run.text("work"), joined(cpus),
         run.text("scaling") == "weak" ? "0" : std::to_string(kUnits)});
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
            {"scaling",
             "scaling",
             {"weak", "strong"},
             "each does all it can, or rounds of the same work are divided among them",
             harness::Parameter::Kind::kContender},
            interpreter_axis(),
        },
    .run = measure,
    .offers = offers,
};

}  // namespace scenarios
