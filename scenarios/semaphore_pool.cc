// A few permits for many workers: how much gets done, and how long does a worker wait for its permit?
//
//   each worker:  ──▶ [ acquire ──▶ work `inside` ──▶ release ] ──▶ again        `permits` at a time
//
// How many were inside at once is counted by an atomic in shared memory, and the most ever seen stands
// in column max_inside: more than there are permits, and the row says failed. Throughput counts
// permits taken. A latency is the time from asking for a permit to having it (waits.h). Workers are
// dealt out to the CPUs in turn.
#include <array>
#include <cstdint>
#include <string>

#include "scenarios/contenders/cpython.h"
#include "scenarios/contenders/synchronisation_roster.h"
#include "scenarios/crew.h"
#include "scenarios/scenarios.h"
#include "scenarios/waits.h"
#include "scenarios/work.h"

namespace scenarios {
namespace {

constexpr std::array<std::string_view, 2> kCPythonSemaphores = {"cpython_semaphore",
                                                                "cpython_bounded_semaphore"};
constexpr std::int64_t kEvery = 8;  // each so many waits one is timed

// Shared by the workers.
struct Board {
  alignas(128) std::atomic<std::uint64_t> inside{0};
  alignas(128) std::atomic<std::uint64_t> max_inside{0}, longest_wait{0};  // told at their end
};

template <Permits P>
void worker(harness::Run& run, int me, P& permits, Board& board, const Work& work) {
  auto& tally = run.tally(me);
  Waits waits(tally, kEvery);
  std::uint64_t max_inside = 0;
  while (run.running()) {
    waits.ask();
    permits.acquire();
    waits.have();
    max_inside = std::max(max_inside, board.inside.fetch_add(1) + 1);
    work();
    board.inside.fetch_sub(1);
    permits.release();
    tally.count(1);
  }
  raise(board.max_inside, max_inside);
  raise(board.longest_wait, waits.longest());
}

template <Permits P, Scope S>
void work_with(harness::Run& run, const std::vector<int>& cpus) {
  const auto allowed = run["permits"];
  Placed<P, S> permits(static_cast<int>(allowed));
  Placed<Board, S> board;
  const Work work(run["inside"]);
  Crew crew(S);
  for (int me = 0; me < static_cast<int>(cpus.size()); ++me) {
    crew.start("worker " + std::to_string(me), cpus[static_cast<std::size_t>(me)],
               [&, me] { worker(run, me, *permits, *board, work); });
  }
  crew.measure(run);
  const auto max_inside = static_cast<std::int64_t>(board->max_inside.load());
  if (max_inside > allowed || board->inside != 0) {
    throw std::runtime_error(std::to_string(max_inside) + " were inside at once through " +
                             std::to_string(allowed) + " permits");
  }
  run.note("max_inside", max_inside);
  run.note("max_wait_ns", static_cast<std::int64_t>(board->longest_wait.load()));
}

void measure(harness::Run& run) {
  const auto workers = static_cast<int>(run["workers"]);
  if (workers < 1 || workers > 32 || run["permits"] < 1) {
    run.skip("from 1 to 32 workers, and at least one permit");
  }
  const Scope scope = scope_of(run);
  const auto cpus = place_in_turn(run, workers);
  for (int me = 0; me < workers; ++me) run.tally(me);  // whoever gets nothing is counted as well
  run.note("mode", "pool");
  run.note("metric_kind", "throughput");
  run.note("load_mode", "closed");
  run.note("verified", 1);
  run.note("sample_every", kEvery);
  const std::string& contender = run.text("contender");
  if (is_cpython(contender)) {
    run.note("primitive", "semaphore");
    run.note("wait", "block");
    return run_cpython(run, "semaphore_pool.py",
                       {run.text("scope"), contender, std::to_string(run["permits"]),
                        std::to_string(run["inside"]), std::to_string(kEvery), joined(cpus)});
  }
  with_scope(scope, [&]<Scope S>() {
    Pools<S>::each([&]<typename P>() {
      if (P::kFacts.name != contender) return;
      run.note("primitive", P::kFacts.primitive);
      run.note("wait", P::kFacts.wait);
      work_with<P, S>(run, cpus);
    });
  });
}

// Left out: a contender in a scope it does not work in, an interpreter for what needs none, and a
// permit for everybody, for which nobody would wait.
bool offers(const harness::Point& point) {
  if (point["permits"] >= point["workers"]) return false;
  const bool interpreted = point.text("python") != "none";
  if (is_cpython(point.text("contender"))) return interpreted;
  return !interpreted && is_in<Pools>(scope_of(point), point.text("contender"));
}

std::vector<harness::Parameter::Value> contenders() {
  Names names;
  add_all<Pools>(names);
  for (const auto name : kCPythonSemaphores) names.add(name);
  return names;
}

}  // namespace

const harness::Scenario semaphore_pool{
    .name = "semaphore_pool",
    .question = "A few permits for many workers: how much gets done, and how long do they wait?",
    .family = "sync",
    .parameters =
        {
            {"contender", "impl", contenders(), "what is used",
             harness::Parameter::Kind::kContender},
            scope_axis(),
            {"workers", "parties", {4, 2, 8}, "threads or processes that want a permit"},
            {"permits", "permits", {2, 1, 4}, "how many may be inside at once"},
            {"inside", "work_in_ns", {1000}, "work with the permit, in ns"},
            interpreter_axis(),
        },
    .run = measure,
    .offers = offers,
};

}  // namespace scenarios
