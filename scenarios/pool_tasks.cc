// How many tasks does a pool of workers get done, and how long is one on its way there and back?
//
//   submitter:  ──▶ [ tasks ──▶ workers ──▶ results ] ──▶ again           closed loop, trivial tasks
//
// way one_by_one: a map in which each task travels alone (chunk size 1); chunks: one in which as many
// travel together as the pool itself would choose (or, where it does not, CPython's rule: four chunks a
// worker); round_trip: a single call and its result, one after the other. fifty: 50 tasks and nothing
// else, from the making of the pool to its end; or, for each of them, a process of its own, which is what
// else one would do with so few. Every result is checked. The submitter is a process of its own that the
// workers come from; nobody is kept on a CPU.
#include <algorithm>
#include <array>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <string>

#include "scenarios/contenders/cpython.h"
#include "scenarios/contenders/pipe_pool.h"
#include "scenarios/contenders/pool_libraries.h"
#include "scenarios/contenders/task_pools.h"
#include "scenarios/crew.h"
#include "scenarios/scenarios.h"

namespace scenarios {
namespace {

using TaskPools = Roster<OurPool<Scope::kProcesses>, OurPool<Scope::kThreads>, TbbTaskGroup,
                         StdAsync, AsioPool, PipePool, ProcessForEach>;

constexpr std::string_view kCPythonProcess = "cpython_process";
constexpr std::array<std::string_view, 4> kCPythonPools = {
    "cpython_pool", "cpython_thread_pool", "cpython_process_pool_executor", kCPythonProcess};

// Tasks in a map: few enough that a window sees many maps, many enough that its end does not count.
constexpr std::size_t kOneByOne = 2'000, kInChunks = 100'000, kFew = 50;

template <TaskPool P>
void map_again_and_again(harness::Run& run, P& pool, std::size_t tasks, std::size_t chunk) {
  auto& tally = run.tally(0);
  Numbers inputs(tasks), outputs(tasks), expected;
  std::iota(inputs.begin(), inputs.end(), 0);
  for (const int x : inputs) expected.push_back(task(x));
  while (run.running()) {
    std::fill(outputs.begin(), outputs.end(), -1);
    pool.map(inputs, chunk, outputs);
    if (outputs != expected) tally.corrupt();
    tally.count(tasks, 2 * sizeof(int) * tasks);
  }
}

template <TaskPool P>
void call_again_and_again(harness::Run& run, P& pool) {
  using Clock = std::chrono::steady_clock;
  auto& tally = run.tally(0);
  int x = 0;
  for (auto before = Clock::now(); run.running(); ++x) {
    const int result = pool.call(x);
    const auto after = Clock::now();
    tally.record(static_cast<std::uint64_t>((after - before).count()));
    if (result != task(x)) tally.corrupt();
    tally.count(1, 2 * sizeof(int));
    before = after;
  }
}

template <TaskPool P>
void do_few_again_and_again(harness::Run& run, int workers) {
  using Clock = std::chrono::steady_clock;
  auto& tally = run.tally(0);
  Numbers inputs(kFew), outputs(kFew), expected;
  std::iota(inputs.begin(), inputs.end(), 0);
  for (const int x : inputs) expected.push_back(task(x));
  for (auto before = Clock::now(); run.running();) {
    std::fill(outputs.begin(), outputs.end(), -1);
    P(workers).map(inputs, 1, outputs);
    const auto after = Clock::now();
    tally.record(static_cast<std::uint64_t>((after - before).count()));
    if (outputs != expected) tally.corrupt();
    tally.count(kFew, 2 * sizeof(int) * kFew);
    before = after;
  }
}

// 0: the pool chooses for itself.
template <TaskPool P>
std::size_t chunk_of(const std::string& way, std::size_t tasks, std::size_t workers) {
  if (way == "one_by_one") return 1;
  return requires { P::kChoosesChunks; }
  ? 0 : (tasks + 4 * workers - 1) / (4 * workers);
}

template <TaskPool P>
void measure_pool(harness::Run& run, int workers) {
  run.note("primitive", P::kFacts.primitive);
  run.note("wait", P::kFacts.wait);
  run.note("scope", P::kScope == Scope::kThreads ? "thread" : "process");
  Crew crew;
  crew.start("submitter", -1, [&run, workers] {
    const std::string& way = run.text("way");
    if (way == "fifty") return do_few_again_and_again<P>(run, workers);
    P pool(workers);
    if (way == "round_trip") return call_again_and_again(run, pool);
    const std::size_t tasks = way == "chunks" ? kInChunks : kOneByOne;
    map_again_and_again(run, pool, tasks,
                        chunk_of<P>(way, tasks, static_cast<std::size_t>(workers)));
  });
  crew.measure(run);
}

bool starts_one_for_each(const std::string& contender) {
  return contender == ProcessForEach::kFacts.name || contender == kCPythonProcess;
}

void measure(harness::Run& run) {
  const auto workers = static_cast<int>(run["workers"]);
  if (workers < 1 || workers > 64) run.skip("from 1 to 64 workers");
  const std::string& way = run.text("way");
  run.note("metric_kind", way == "round_trip" || way == "fifty" ? "latency" : "throughput");
  run.note("load_mode", "closed");
  run.note("verified", 1);
  const std::string& contender = run.text("contender");
  run.expect(starts_one_for_each(contender) ? static_cast<int>(kFew) : workers);
  if (is_cpython(contender)) {
    run.note("primitive", contender == kCPythonProcess ? "process" : "pool");
    run.note("wait", "block");
    run.note("scope", contender == "cpython_thread_pool" ? "thread" : "process");
    return run_cpython(run, "pool_tasks.py", {contender, way, std::to_string(workers)});
  }
  TaskPools::each([&]<typename P>() {
    if (P::kFacts.name == contender) measure_pool<P>(run, workers);
  });
}

bool offers(const harness::Point& point) {
  const std::string& contender = point.text("contender");
  const std::string& way = point.text("way");
  if (contender == TbbTaskGroup::kFacts.name && way == "round_trip") return false;
  const bool for_each = starts_one_for_each(contender);
  if (way == "fifty") {
    if (!for_each && contender != "process_pool" && contender != PipePool::kFacts.name &&
        contender != "cpython_pool") {
      return false;
    }
  } else if (for_each) {
    return false;
  }
  return is_cpython(contender) == (point.text("python") != "none");
}

std::vector<harness::Parameter::Value> contenders() {
  Names names;
  names.add<TaskPools>();
  for (const auto name : kCPythonPools) names.add(name);
  return names;
}

}  // namespace

const harness::Scenario pool_tasks{
    .name = "pool_tasks",
    .question = "How many tasks does a pool get done, and how long is one on its way?",
    .family = "lifecycle",
    .parameters =
        {
            {"contender", "impl", contenders(), "whose pool", harness::Parameter::Kind::kContender},
            {"way",
             "mode",
             {"one_by_one", "chunks", "round_trip", "fifty"},
             "how tasks travel: each alone, many together, one and its result back; 50 and that is "
             "all",
             harness::Parameter::Kind::kWhole},
            {"workers", "parties", {2, 1, 4}, "threads or processes that work"},
            interpreter_axis(),
        },
    .run = measure,
    .offers = offers,
};

}  // namespace scenarios
