// What does it take to start a process or a thread and wait for its end?
//
//   starter:  ──▶ [ start ──▶ (it does nothing) ──▶ join ] ──▶ again       latency: both together
//
// A fork copies the page tables of its parent, so the memory that the starter has written to is an
// axis. The starter is a thread of the process that measures, and may run on any CPU.
#include "scenarios/lifecycle.h"

#include <sys/mman.h>

#include <cstring>
#include <string>

#include "scenarios/support/cpython.h"
#include "scenarios/support/decisive.h"
#include "scenarios/support/registry.h"

namespace scenarios {

void write_to_memory(std::size_t bytes) {
  if (bytes == 0) return;
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) cannot("mmap of the starter's memory");
  ::madvise(memory, bytes, MADV_NOHUGEPAGE);
  std::memset(memory, 1, bytes);
}

namespace {

constexpr std::int64_t kSmallParent = 10 << 20, kLargeParent = 1 << 30;

using Contenders = Roster<StarterContender>;

void measure(harness::Run& run) {
  const auto bytes = run["parent_bytes"];
  if (bytes < 0 || bytes > std::int64_t{64} << 30) run.skip("from 0 to 64 GiB");
  run.note("metric_kind", "latency");
  run.note("mode", "start_join");
  run.note("load_mode", "closed");
  run.latencies_are_whole();
  const auto* contender = Contenders::find(run.text("contender"));
  contender->note(run);
  contender->measure(run);
}

// Leaves out threads of a large process, which copy nothing, and an interpreter where none is needed.
bool offers(const harness::Point& point) {
  const auto* contender = Contenders::find(point.text("contender"));
  if (contender->workers == WorkerKind::kThreads && point["parent_bytes"] > kSmallParent) {
    return false;
  }
  return interpreter_fits(point);
}

bool decisive(const harness::Point& point) {
  return point["parent_bytes"] == kSmallParent &&
         contender_is_one_of(
             point, {"process", "process_fork_server", "fork", "thread", "std_thread", "pthread"});
}

const RegisteredScenario registered([] {
  return harness::Scenario{
      .name = "lifecycle",
      .question = "What does it take to start a process or a thread and wait for its end?",
      .family = "lifecycle",
      .parameters =
          {
              contender_axis<StarterContender>("what starts it"),
              {.name = "parent_bytes",
               .column = "parent_bytes",
               .sweep = {kSmallParent, kLargeParent},
               .meaning = "memory that the starter has written to",
               .alias = "parent"},
              interpreter_axis(),
          },
      .run = measure,
      .offers = offers,
      .decisive = decisive,
      .contenders = labels_of<StarterContender>(),
  };
});

}  // namespace
}  // namespace scenarios
