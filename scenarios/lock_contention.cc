// Who gets the lock? What does a lock cost when several want it, how long do they wait, and is it
// dealt out evenly?
//
//   each party:  ──▶ [ lock ──▶ count, work `inside` ──▶ unlock ] ──▶ work `outside` ──▶ again
//
// The section counts in two words that must agree whenever somebody enters and at the end; where they
// do not, two were inside at once and the row says failed. Throughput counts sections. A latency is
// the time from asking for the lock to having it (waits.h). Parties are dealt out to the CPUs in turn.
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

constexpr std::array<std::string_view, 2> kCPythonLocks = {"cpython_lock", "cpython_rlock"};

// What the lock guards. Atomic only so that a lock that fails to exclude is seen, not undefined.
class Guarded {
 public:
  // Counts, with `work` between the two halves. False if somebody else is inside.
  bool count(const Work& work) {
    const auto before = first_.load(std::memory_order_relaxed);
    const bool agreed = before == second_.load(std::memory_order_relaxed);
    first_.store(before + 1, std::memory_order_relaxed);
    work();
    second_.store(before + 1, std::memory_order_relaxed);
    return agreed;
  }
  bool is(std::uint64_t count) const { return first_ == count && second_ == count; }

 private:
  std::atomic<std::uint64_t> first_{0}, second_{0};
};

// What the parties tell at their end.
struct Board {
  alignas(128) Guarded guarded;
  alignas(128) std::atomic<std::uint64_t> sections{0}, meetings{0}, longest_wait{0};
};

template <Exclusion L>
void party(harness::Run& run, int me, L& lock, Board& board, const Work& inside,
           const Work& outside, std::int64_t every) {
  auto& tally = run.tally(me);
  Waits waits(tally, every);
  std::uint64_t sections = 0, meetings = 0;
  while (run.running()) {
    waits.ask();
    lock.lock();
    waits.have();
    if (!board.guarded.count(inside)) [[unlikely]]
      ++meetings;
    lock.unlock();
    tally.count(1);
    ++sections;
    outside();
  }
  board.sections += sections;
  board.meetings += meetings;
  raise(board.longest_wait, waits.longest());
}

template <Exclusion L, Scope S>
void contend(harness::Run& run, const std::vector<int>& cpus, std::int64_t every) {
  Placed<L, S> lock;
  Placed<Board, S> board;
  const Work inside(run["inside"]), outside(run["outside"]);
  Crew crew(S);
  for (int me = 0; me < static_cast<int>(cpus.size()); ++me) {
    crew.start("party " + std::to_string(me), cpus[static_cast<std::size_t>(me)],
               [&, me] { party(run, me, *lock, *board, inside, outside, every); });
  }
  crew.measure(run);
  if (board->meetings > 0 || !board->guarded.is(board->sections)) {
    throw std::runtime_error("exclusion broken: two parties were inside at once, " +
                             std::to_string(board->meetings) + " times seen");
  }
  run.note("max_wait_ns", static_cast<std::int64_t>(board->longest_wait.load()));
}

void measure(harness::Run& run) {
  const auto parties = static_cast<int>(run["parties"]);
  if (parties < 1 || parties > 32) run.skip("from 1 to 32 parties");
  // Sections of a microsecond and more can bear to be timed more often.
  const std::int64_t every = run["inside"] + run["outside"] < 1000 ? 64 : 8;
  const Scope scope = scope_of(run);
  const auto cpus = place_in_turn(run, parties);
  for (int me = 0; me < parties; ++me) run.tally(me);  // whoever gets nothing is counted as well
  run.note("mode", "contention");
  run.note("metric_kind", "throughput");
  run.note("load_mode", "closed");
  run.note("verified", 1);
  run.note("sample_every", every);
  const std::string& contender = run.text("contender");
  if (is_cpython(contender)) {
    run.note("primitive", contender == "cpython_lock" ? "lock" : "rlock");
    run.note("wait", "block");
    return run_cpython(run, "lock_contention.py",
                       {run.text("scope"), contender, std::to_string(run["inside"]),
                        std::to_string(run["outside"]), std::to_string(every), joined(cpus)});
  }
  with_scope(scope, [&]<Scope S>() {
    Exclusions<S>::each([&]<typename L>() {
      if (L::kFacts.name != contender) return;
      run.note("primitive", L::kFacts.primitive);
      run.note("wait", L::kFacts.wait);
      contend<L, S>(run, cpus, every);
    });
  });
}

// Left out: a contender in a scope it does not work in, an interpreter for what needs none, and work
// around a lock that nobody else wants.
bool offers(const harness::Point& point) {
  if (point["parties"] == 1 && point["inside"] + point["outside"] > 0) return false;
  const bool interpreted = point.text("python") != "none";
  if (is_cpython(point.text("contender"))) return interpreted;
  return !interpreted && is_in<Exclusions>(scope_of(point), point.text("contender"));
}

std::vector<harness::Parameter::Value> contenders() {
  Names names;
  add_all<Exclusions>(names);
  for (const auto name : kCPythonLocks) names.add(name);
  return names;
}

}  // namespace

const harness::Scenario lock_contention{
    .name = "lock_contention",
    .question = "What does a lock cost when several want it, and is it dealt out evenly?",
    .family = "sync",
    .parameters =
        {
            {"contender", "impl", contenders(), "what is used",
             harness::Parameter::Kind::kContender},
            scope_axis(),
            {"parties", "parties", {2, 1, 4, 8}, "threads or processes that want the lock"},
            {"inside", "work_in_ns", {0, 1000}, "work in the section besides counting, in ns"},
            {"outside", "work_out_ns", {0}, "work between two sections, in ns"},
            interpreter_axis(),
        },
    .run = measure,
    .offers = offers,
};

}  // namespace scenarios
