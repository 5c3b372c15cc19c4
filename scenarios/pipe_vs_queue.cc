// Pipe or queue? How fast do messages move from one process to another, and how long does an answer
// take?
//
//   throughput   producer ──send──▶ [ channel ] ──receive──▶ consumer
//   ping_pong    client ──▶ [ there ] ──▶ server ──▶ [ back ] ──▶ client
//
// Every payload is copied in and copied out, and carries its number at its beginning and its end; a
// row whose numbers did not arrive in order has failed. Throughput counts received messages.
// Latency is one round trip, from before the send to after the answer; a closed loop.
#include "scenarios/pipe_vs_queue.h"

#include <algorithm>
#include <initializer_list>
#include <string>

#include "scenarios/support/cpython.h"
#include "scenarios/support/decisive.h"
#include "scenarios/support/program.h"
#include "scenarios/support/registry.h"

namespace scenarios {
namespace {

using Channels = Roster<ChannelContender>;

const ChannelContender* contender_of(const std::string& name, const std::string& wait) {
  return Channels::find(name, WorkerKind::kProcesses, wait);
}

// Starts `COMMAND TALLY_FD pipe_vs_queue MODE BYTES CPU CPU` (harness/docs/contender-program.md).
void measure_program(harness::Run& run, const CpuPair& cpus) {
  run.note("primitive", "program");
  run.note("scope", "process");
  run.note("verified", 0);  // unless the program says that it checks
  run.each_operation_moves(run["msg_bytes"]);
  auto command = run.program();
  for (const auto& word :
       {std::to_string(run.tally_fd()), std::string("pipe_vs_queue"), run.text("mode"),
        std::to_string(run["msg_bytes"]), std::to_string(cpus.one), std::to_string(cpus.other)}) {
    command.push_back(word);
  }
  run_program(run, run.text("contender"), command);
}

void measure(harness::Run& run) {
  if (run["msg_bytes"] < 8) run.skip("a message holds its number: at least 8 bytes");
  run.note("metric_kind", run.text("mode") == "throughput" ? "throughput" : "latency");
  run.note("producers", 1);
  run.note("consumers", 1);
  run.note("load_mode", "closed");
  if (run.text("mode") == "ping_pong" && run.text("arrival") == "none") run.latencies_are_whole();
  const CpuPair cpus = place_two(run);
  if (!run.program().empty()) return measure_program(run, cpus);
  run.note("verified", 1);
  const auto* contender = contender_of(run.text("contender"), run.text("wait"));
  contender->note(run);
  contender->measure(run, cpus);
}

// Leaves out both workers on one core, except for the question that is asked there.
bool is_asked(const harness::Point& point) {
  const bool answers = point.text("mode") == "ping_pong" && !is_cpython(point.text("contender"));
  if (!is_closed(point) && !answers) return false;
  return !is_on_one_cpu(point) || (point.text("mode") == "ping_pong" && point["msg_bytes"] == 64);
}

bool offers_program(const harness::Point& point) {
  return is_asked(point) && is_closed(point) && point.text("wait") == kNativeWait &&
         point.text("python") == "none";
}

// Leaves out a way of waiting that the contender does not have, and an interpreter where none is needed.
bool offers(const harness::Point& point) {
  return is_asked(point) && interpreter_fits(point) &&
         contender_of(point.text("contender"), point.text("wait")) != nullptr;
}

// Returns true for what the headline and the decision table rest on: ours, waiting their own way, one way at each size
// and there and back at the sizes of the table; and what comes near them there, or is used by habit. Placements that
// only some machines have are measured as the time allows.
bool decisive(const harness::Point& point) {
  if (point.text("placement") != "apart" && !is_on_one_cpu(point)) return false;
  const bool answers = point.text("mode") == "ping_pong";
  const std::int64_t bytes = point["msg_bytes"];
  const bool is_in_table = bytes == 64 || bytes == 1 << 20;
  if (contender_is_one_of(point, {"pipe", "queue"})) {
    return point.text("wait") == kNativeWait && (is_in_table || !answers);
  }
  return bytes == 64 && contender_is_one_of(point, {"pipe2"});
}

const RegisteredScenario registered([] {
  return harness::Scenario{
      .name = "pipe_vs_queue",
      .question =
          "Pipe or queue: how fast do messages move between two processes, and how long does "
          "an answer take?",
      .family = "ipc",
      .parameters =
          {
              contender_axis<ChannelContender>("what carries the messages", "channel"),
              {.name = "msg_bytes",
               .column = "msg_bytes",
               .sweep = {64, 8, 1 << 10, 64 << 10, 1 << 20},
               .meaning = "size of a message",
               .alias = "bytes"},
              {"mode",
               "mode",
               {"throughput", "ping_pong"},
               "a stream one way, or question and answer"},
              {"wait",
               "wait",
               {"native", "spin"},
               "the contender's own way of waiting, or spinning"},
              placement_axis(),
              harness::arrival_axis(),
              interpreter_axis(),
          },
      .run = measure,
      .offers = offers,
      .decisive = decisive,
      .whole_in_quick = true,
      .offers_program = offers_program,
      .contenders = labels_of<ChannelContender>(),
  };
});

}  // namespace
}  // namespace scenarios
