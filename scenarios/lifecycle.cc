// What does it take to start a process or a thread and wait for its end?
//
//   starter:  ──▶ [ start ──▶ (it does nothing) ──▶ join ] ──▶ again       latency: both together
//
// A fork copies the page tables of its parent, so the memory that the starter has written to is an
// axis. The starter is a thread of the process that measures, kept on no CPU.
#include <sys/mman.h>

#include <array>
#include <chrono>
#include <cstring>
#include <string>

#include "scenarios/contenders/cpython.h"
#include "scenarios/contenders/starters.h"
#include "scenarios/crew.h"
#include "scenarios/scenarios.h"

namespace scenarios {
namespace {

using Starters = Roster<OurProcess, OurForkServer, OurThread, RawFork, RawVfork, PosixSpawn,
                        RawThread, StdThread, AsyncThread>;

constexpr std::array<std::string_view, 4> kCPythonStarters = {
    "cpython_process_fork", "cpython_process_spawn", "cpython_process_forkserver",
    "cpython_thread"};

constexpr std::int64_t kSmallParent = 10 << 20, kLargeParent = 1 << 30;

// Memory in pages of the usual size, each of them written to. Lives as long as the process.
void write_to_memory(std::size_t bytes) {
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) cannot("mmap of the starter's memory");
  ::madvise(memory, bytes, MADV_NOHUGEPAGE);
  std::memset(memory, 1, bytes);
}

template <Starter S>
void start_again_and_again(harness::Run& run) {
  using Clock = std::chrono::steady_clock;
  auto& tally = run.tally(0);
  for (auto before = Clock::now(); run.running();) {
    S::start_and_join();
    const auto after = Clock::now();
    tally.record(static_cast<std::uint64_t>((after - before).count()));
    tally.count(1);
    before = after;
  }
}

bool is_thread(const std::string& contender) {
  if (is_cpython(contender)) return contender == "cpython_thread";
  bool found = false;
  Starters::each([&]<typename S>() {
    found = found || (S::kFacts.name == contender && S::kScope == Scope::kThreads);
  });
  return found;
}

void measure(harness::Run& run) {
  const auto bytes = run["parent"];
  if (bytes < 0 || bytes > std::int64_t{64} << 30) run.skip("from 0 to 64 GiB");
  const std::string& contender = run.text("contender");
  run.note("metric_kind", "latency");
  run.note("mode", "start_join");
  run.note("load_mode", "closed");
  run.note("scope", is_thread(contender) ? "thread" : "process");
  if (is_cpython(contender)) {
    run.note("primitive", is_thread(contender) ? "thread" : "process");
    run.note("wait", "block");
    return run_cpython(run, "lifecycle.py", {contender, std::to_string(bytes)});
  }
  Starters::each([&]<typename S>() {
    if (S::kFacts.name != contender) return;
    run.note("primitive", S::kFacts.primitive);
    run.note("wait", S::kFacts.wait);
    if constexpr (requires { S::prepare(); }) S::prepare();
    if (bytes > 0) write_to_memory(static_cast<std::size_t>(bytes));
    Crew crew(Scope::kThreads);
    crew.start("starter", -1, [&run] { start_again_and_again<S>(run); });
    crew.measure(run);
  });
}

// Left out: threads of a large process. They copy nothing.
bool offers(const harness::Point& point) {
  const std::string& contender = point.text("contender");
  if (is_thread(contender) && point["parent"] > kSmallParent) return false;
  return is_cpython(contender) == (point.text("python") != "none");
}

std::vector<harness::Parameter::Value> contenders() {
  Names names;
  names.add<Starters>();
  for (const auto name : kCPythonStarters) names.add(name);
  return names;
}

}  // namespace

const harness::Scenario lifecycle{
    .name = "lifecycle",
    .question = "What does it take to start a process or a thread and wait for its end?",
    .family = "lifecycle",
    .parameters =
        {
            {"contender", "impl", contenders(), "what starts it",
             harness::Parameter::Kind::kContender},
            {"parent",
             "parent_bytes",
             {kSmallParent, kLargeParent},
             "memory that the starter has written to, in bytes"},
            interpreter_axis(),
        },
    .run = measure,
    .offers = offers,
};

}  // namespace scenarios
