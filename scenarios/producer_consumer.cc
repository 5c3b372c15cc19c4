// Producers and consumers around one queue: how much gets through, and how old is an item when it
// arrives?
//
//   producer ──put──▶ ┌───────┐ ──get──▶ consumer
//   producer ──put──▶ │ queue │ ──get──▶ consumer
//                     └───────┘
//
// Every item carries its producer and its number, and at its end once more. At the end of a launch
// each producer's items have arrived once each, by count and by sum, and in their order where the
// queue promises one; or the row says failed. Throughput counts what was taken. With a rate (an open
// loop) items are put at times fixed beforehand, and a latency runs from the time an item was due to
// its arrival, so that a queue that falls behind does not slow the question down.
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/contenders/boost_queue.h"
#include "scenarios/contenders/cpython.h"
#include "scenarios/contenders/descriptors.h"
#include "scenarios/contenders/kernel_queues.h"
#include "scenarios/contenders/our_queues.h"
#include "scenarios/contenders/placed.h"
#include "scenarios/contenders/thread_queues.h"
#include "scenarios/crew.h"
#include "scenarios/parties.h"
#include "scenarios/scenarios.h"

namespace scenarios {
namespace {

using Queues =
    Roster<OurSharedQueue, OurFlowPipe, OurJoinableQueue, OurLifoQueue, OurPriorityQueue, StdQueue,
           TbbQueue, Moodycamel<true>, Moodycamel<false>, BoostLockfreeQueue, ByBytes<BoostQueue>,
           ByBytes<PosixQueue>, ByBytes<SystemVQueue>, ByBytes<PacketSockets>,
           ByBytes<KernelPipe, true>, ByBytes<StreamSockets, true>>;

struct CPythonQueue {
  std::string_view name;
  bool threads, processes;
};
constexpr std::array kCPythonQueues = {
    CPythonQueue{"cpython_queue", true, true},
    CPythonQueue{"cpython_joinable_queue", false, true},
    CPythonQueue{"cpython_lifo_queue", true, false},
    CPythonQueue{"cpython_priority_queue", true, false},
};

template <typename Kind, std::size_t N, Scope S>
void flow_through(harness::Run& run, const Flow& flow, const std::vector<int>& cpus) {
  using Queue = typename Kind::template Of<N, S>;
  Placed<Queue, S> queue(static_cast<std::size_t>(run["capacity"]));
  Placed<Board, S> board;
  Parties<Queue, N> parties(run, *queue, *board, flow);
  Crew crew(S);
  std::size_t at = 0;
  for (int me = 0; me < flow.consumers; ++me) {
    crew.start("consumer " + std::to_string(me), cpus[at++], [&, me] { parties.consume(me); });
  }
  for (int me = 0; me < flow.producers; ++me) {
    crew.start("producer " + std::to_string(me), cpus[at++], [&, me] { parties.produce(me); });
  }
  crew.measure(run);
  verify(*board);
}

template <typename Kind, Scope S>
void flow_through(harness::Run& run, const Flow& flow, const std::vector<int>& cpus) {
  switch (run["bytes"]) {
    case 8:
      return flow_through<Kind, 8, S>(run, flow, cpus);
    case 64:
      return flow_through<Kind, 64, S>(run, flow, cpus);
    case 1024:
      return flow_through<Kind, 1024, S>(run, flow, cpus);
    default:
      run.skip("compiled for items of 8, 64 and 1024 bytes");
  }
}

void measure(harness::Run& run) {
  const auto producers = static_cast<int>(run["producers"]);
  const auto consumers = static_cast<int>(run["consumers"]);
  const auto rate = run["rate"];
  if (producers < 1 || consumers < 1 || producers > kMostParties || consumers > kMostParties) {
    run.skip("from 1 to 16 producers and as many consumers");
  }
  if (run["capacity"] < 1 || run["batch"] < 1) run.skip("a capacity and a batch of at least 1");
  if (rate > 0 && run["bytes"] < 64) run.skip("with a rate, items hold a time: 64 bytes or more");
  const Scope scope = scope_of(run);
  // Consumers first, and the CPUs in turn: of one and one, each has its own.
  const auto cpus = place_in_turn(run, consumers + producers);
  for (int me = 0; me < consumers; ++me) run.tally(me);
  run.note("mode", "flow");
  run.note("metric_kind", rate > 0 ? "latency" : "throughput");
  run.note("load_mode", rate > 0 ? "open" : "closed");
  run.note("parties", producers + consumers);
  run.note("verified", 1);

  const std::string& contender = run.text("channel");
  if (is_cpython(contender)) {
    run.note("primitive", contender.substr(std::strlen("cpython_")));
    run.note("wait", "block");
    return run_cpython(
        run, "producer_consumer.py",
        {run.text("scope"), contender, std::to_string(producers), std::to_string(consumers),
         std::to_string(run["capacity"]), std::to_string(run["bytes"]), joined(cpus)});
  }
  with_scope(scope, [&]<Scope S>() {
    Queues::each([&]<typename Kind>() {
      if (Kind::kFacts.name != contender) return;
      if constexpr (S == Scope::kThreads ? Kind::kFacts.threads : Kind::kFacts.processes) {
        run.note("primitive", Kind::kFacts.primitive);
        run.note("wait", Kind::kFacts.wait);
        const Flow flow{.producers = producers,
                        .consumers = consumers,
                        .batch = static_cast<std::size_t>(run["batch"]),
                        .interval_ns = rate > 0 ? 1'000'000'000 * producers / rate : 0,
                        .in_order = Kind::kFacts.in_order};
        flow_through<Kind, S>(run, flow, cpus);
      }
    });
  });
}

// Left out: a contender in a scope it does not work in or with more parties than it can take, batches
// of what has none, a rate for batches, an interpreter for what needs none, and of the numbers of
// parties in the sweep all but equal ones and one against four.
bool offers(const harness::Point& point) {
  const std::string& contender = point.text("channel");
  const auto producers = point["producers"], consumers = point["consumers"];
  const bool threads = scope_of(point) == Scope::kThreads;
  if (producers <= 4 && consumers <= 4 && producers != consumers && producers * consumers != 4) {
    return false;
  }
  if (point["batch"] > 1 && point["rate"] > 0) return false;
  const bool interpreted = point.text("python") != "none";
  if (is_cpython(contender)) {
    if (!interpreted || point["batch"] > 1 || point["rate"] > 0) return false;
    for (const auto& each : kCPythonQueues) {
      if (each.name == contender) return threads ? each.threads : each.processes;
    }
    return false;
  }
  bool offered = false;
  Queues::each([&]<typename Kind>() {
    constexpr QueueFacts facts = Kind::kFacts;
    if (facts.name != contender || interpreted) return;
    offered = (threads ? facts.threads : facts.processes) &&
              (!facts.one_to_one || (producers == 1 && consumers == 1)) &&
              (facts.batches || point["batch"] == 1);
  });
  return offered;
}

std::vector<harness::Parameter::Value> contenders() {
  Names names;
  names.add<Queues>();
  for (const auto& each : kCPythonQueues) names.add(each.name);
  return names;
}

}  // namespace

const harness::Scenario producer_consumer{
    .name = "producer_consumer",
    .question =
        "Producers and consumers around one queue: how much gets through, and how old is an "
        "item when it arrives?",
    .family = "ipc",
    .parameters =
        {
            {"channel", "impl", contenders(), "the queue between them",
             harness::Parameter::Kind::kContender},
            scope_axis(),
            {"producers", "producers", {1, 2, 4}, "how many put"},
            {"consumers", "consumers", {1, 2, 4}, "how many get"},
            {"bytes", "msg_bytes", {8, 64, 1024}, "size of an item"},
            {"capacity", "queue_depth", {1024}, "items that the queue holds"},
            {"batch", "batch", {1, 64}, "items put and taken at a time"},
            {"rate",
             "target_rate_per_s",
             {0},
             "items offered a second, in all; 0: as fast as can be"},
            interpreter_axis(),
        },
    .run = measure,
    .offers = offers,
};

}  // namespace scenarios
