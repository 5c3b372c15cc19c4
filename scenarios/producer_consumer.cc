// Producers and consumers around one queue: how much gets through, and how old is an item when it
// arrives?
//
//   producer ──put──▶ ┌───────┐ ──get──▶ consumer
//   producer ──put──▶ │ queue │ ──get──▶ consumer
//                     └───────┘
//
// Every item carries its producer and its number, and at its end once more. At the end of a launch
// each producer's items have arrived once each, by count and by sum, and in their order where the
// queue promises one; otherwise the row has failed. Throughput counts what was taken. With a rate (an
// open loop) items are put at times fixed beforehand, and a latency runs from the time an item was due
// to its arrival, so that a queue that falls behind does not slow down the arrivals.
#include "scenarios/producer_consumer.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/support/cpython.h"
#include "scenarios/support/decisive.h"
#include "scenarios/support/placement.h"
#include "scenarios/support/registry.h"
#include "scenarios/support/workers_axis.h"

namespace scenarios {
namespace {

constexpr std::int64_t kMostInABatch = 1 << 20;

using Queues = Roster<QueueContender>;

void check_point(const harness::Run& run) {
  const auto producers = run["producers"], consumers = run["consumers"];
  if (producers < 1 || consumers < 1 || producers > kMostWorkers || consumers > kMostWorkers) {
    run.skip("from 1 to " + std::to_string(kMostWorkers) + " producers and as many consumers");
  }
  if (run["queue_depth"] < 1 || run["batch"] < 1 || run["batch"] > kMostInABatch) {
    run.skip("a queue depth of at least 1, and a batch from 1 to 1M");
  }
  if ((run["rate"] > 0 || run.text("arrival") != "none") && run["msg_bytes"] < 64) {
    run.skip("with a rate, items hold a time: 64 bytes or more");
  }
}

void measure(harness::Run& run) {
  check_point(run);
  const auto producers = static_cast<int>(run["producers"]);
  const auto consumers = static_cast<int>(run["consumers"]);
  const auto rate = run["rate"];
  // Consumers first, and the CPUs in turn: of one and one, each has its own.
  const auto cpus = place_in_turn(run, consumers + producers);
  for (int me = 0; me < consumers; ++me) run.tally(me);
  run.note("mode", "flow");
  run.note("metric_kind", "throughput");
  const auto arrival =
      rate > 0 ? run.open_loop({.per_s = static_cast<double>(rate)}) : run.open_loop();
  run.note("parties", producers + consumers);
  run.note("verified", 1);
  const auto* contender = Queues::find(run.text("contender"), worker_kind_of(run));
  contender->note(run);
  const Flow flow{.producers = producers,
                  .consumers = consumers,
                  .batch = static_cast<std::size_t>(run["batch"]),
                  .arrival = arrival,
                  .in_order = contender->traits.in_order};
  contender->measure(run, flow, cpus);
}

// 1, 2 and 4, as many as make one worker a CPU, and twice as many.
std::vector<harness::Parameter::Value> sweep_of_workers() {
  return up_to_all_cpus({1, 2, 4}, count_of_cpus() / 2);
}

bool is_swept(std::int64_t workers) {
  const auto sweep = sweep_of_workers();
  return std::find(sweep.begin(), sweep.end(), harness::Parameter::Value(workers)) != sweep.end();
}

// Of the numbers of workers in the sweep: equal ones, and one against four.
bool is_measured(std::int64_t producers, std::int64_t consumers) {
  if (producers == consumers || producers * consumers == 4) return true;
  return !is_swept(producers) || !is_swept(consumers);
}

// Leaves out a contender between workers of a kind it is not for or with more of them than it can
// serve, batches where it has none, a rate for batches, and an interpreter where none is needed.
bool offers(const harness::Point& point) {
  const auto producers = point["producers"], consumers = point["consumers"];
  const auto batch = point["batch"], rate = point["rate"];
  if (!is_measured(producers, consumers) || !interpreter_fits(point)) return false;
  const auto* contender = Queues::find(point.text("contender"), worker_kind_of(point));
  if (contender == nullptr) return false;
  const auto& traits = contender->traits;
  if (traits.one_to_one && (producers != 1 || consumers != 1)) return false;
  const bool open = rate > 0 || !is_closed(point);
  if (rate > 0 && !is_closed(point)) return false;  // two rates
  if (batch > 1 && (open || !traits.batches)) return false;
  return !open || !contender->is_cpython();
}

std::int64_t parties_of(const harness::Point& point) {
  const auto at_most = [](std::int64_t workers) {
    return std::min<std::int64_t>(workers, kMostWorkers);
  };
  return at_most(point["producers"]) + at_most(point["consumers"]);
}

bool decisive(const harness::Point& point) {
  return point["producers"] == 1 && point["consumers"] == 1 && point["msg_bytes"] == 8 &&
         point["batch"] == 1 && point["rate"] == 0 && is_closed(point) &&
         contender_is_one_of(point, {"queue", "pipe", "std_queue", "boost_message_queue", "pipe2"});
}

const RegisteredScenario registered([] {
  return harness::Scenario{
      .name = "producer_consumer",
      .question =
          "Producers and consumers around one queue: how much gets through, and how old is an "
          "item when it arrives?",
      .family = "ipc",
      .parameters =
          {
              contender_axis<QueueContender>("the queue between them", "channel"),
              scope_axis(),
              {"producers", "producers", sweep_of_workers(), "how many put"},
              {"consumers", "consumers", sweep_of_workers(), "how many get"},
              {.name = "msg_bytes",
               .column = "msg_bytes",
               .sweep = {8, 64, 1024},
               .meaning = "size of a message",
               .alias = "bytes"},
              {.name = "queue_depth",
               .column = "queue_depth",
               .sweep = {1024},
               .meaning = "items that the queue holds",
               .alias = "capacity"},
              {"batch", "batch", {1, 64}, "items put and taken at a time"},
              {"rate",
               "target_rate_per_s",
               {0},
               "items offered per second, in all; 0: as fast as possible. The same as --arrival "
               "const@RATE"},
              harness::arrival_axis(),
              spread_axis(),
              interpreter_axis(),
          },
      .run = measure,
      .offers = offers,
      .parties = parties_of,
      .decisive = decisive,
      .contenders = labels_of<QueueContender>(),
  };
});

}  // namespace
}  // namespace scenarios
