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
#include "scenarios/support/registry.h"

namespace scenarios {
namespace {

using Channels = Roster<ChannelContender>;

const ChannelContender* contender_of(const std::string& name, const std::string& wait) {
  return Channels::find(name, WorkerKind::kProcesses, wait);
}

void measure(harness::Run& run) {
  if (run["msg_bytes"] < 8) run.skip("a message holds its number: at least 8 bytes");
  run.note("metric_kind", run.text("mode") == "throughput" ? "throughput" : "latency");
  run.note("producers", 1);
  run.note("consumers", 1);
  run.note("load_mode", "closed");
  run.note("verified", 1);
  const CpuPair cpus = place_two(run);
  const auto* contender = contender_of(run.text("contender"), run.text("wait"));
  contender->note(run);
  contender->measure(run, cpus);
}

// Leaves out a way of waiting that the contender does not have, an interpreter where none is needed,
// and both workers on one core, except for the question that is asked there.
bool offers(const harness::Point& point) {
  const bool is_asked_there = point.text("mode") == "ping_pong" && point["msg_bytes"] == 64;
  if (point.text("placement") == "together" && !is_asked_there) return false;
  return interpreter_fits(point) &&
         contender_of(point.text("contender"), point.text("wait")) != nullptr;
}

// Returns true for ours, waiting their own way, and for those that the report compares them with, at
// the sizes it quotes.
bool decisive(const harness::Point& point) {
  const std::string& contender = point.text("contender");
  const auto is_one_of = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), contender) != names.end();
  };
  if (is_one_of({"pipe", "queue"})) return point.text("wait") == kNativeWait;
  return point["msg_bytes"] <= 64 &&
         is_one_of({"boost_message_queue", "cpython_queue", "pipe2", "spsc_ring"});
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
              interpreter_axis(),
          },
      .run = measure,
      .offers = offers,
      .decisive = decisive,
      .whole_in_quick = true,
      .contenders = labels_of<ChannelContender>(),
  };
});

}  // namespace
}  // namespace scenarios
