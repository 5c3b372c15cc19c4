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
#include <chrono>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "scenarios/contenders/boost_queue.h"
#include "scenarios/contenders/cpython.h"
#include "scenarios/contenders/descriptors.h"
#include "scenarios/contenders/kernel_queues.h"
#include "scenarios/contenders/our_queues.h"
#include "scenarios/contenders/placed.h"
#include "scenarios/contenders/thread_queues.h"
#include "scenarios/crew.h"
#include "scenarios/scenarios.h"

namespace scenarios {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

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

constexpr int kMostParties = 16;  // of a kind
constexpr int kNumberBits = 48;
constexpr std::uint64_t kLast = ~std::uint64_t{0};

// What a message says, in its first word and, from 16 bytes on, in its last; from 24 bytes on the
// second word says when it was due.
template <std::size_t N>
struct Words {
  static void write(Message<N>& message, std::uint64_t word, std::int64_t due = 0) {
    std::byte* bytes = message.payload.data();
    std::memcpy(bytes, &word, 8);
    if constexpr (N >= 24) std::memcpy(bytes + 8, &due, 8);
    if constexpr (N >= 16) std::memcpy(bytes + N - 8, &word, 8);
  }
  static bool is_whole(const Message<N>& message) {
    return N < 16 || std::memcmp(message.payload.data(), message.payload.data() + N - 8, 8) == 0;
  }
  static std::int64_t due(const Message<N>& message) {
    std::int64_t due = 0;
    if constexpr (N >= 24) std::memcpy(&due, message.payload.data() + 8, 8);
    return due;
  }
};

std::int64_t now_ns() { return Clock::now().time_since_epoch().count(); }

// Shared by the parties, written at their ends.
struct Board {
  std::array<std::atomic<std::uint64_t>, kMostParties> put{}, taken{}, sums{};  // by producer
  std::atomic<int> producers_done{0};
};

struct Flow {
  int producers, consumers;
  std::size_t batch;
  std::int64_t interval_ns;  // between two items of one producer; 0: as fast as it can
  bool in_order;
};

template <typename Queue, std::size_t N>
class Parties {
 public:
  Parties(harness::Run& run, Queue& queue, Board& board, const Flow& flow)
      : run_(run), queue_(queue), board_(board), flow_(flow) {}

  void produce(int me) {
    const std::uint64_t mine = static_cast<std::uint64_t>(me) << kNumberBits;
    std::uint64_t number = 0;
    if (flow_.batch > 1) {
      if constexpr (kBatches) {
        std::vector<Message<N>> batch(flow_.batch);
        while (run_.running()) {
          for (auto& message : batch) Words<N>::write(message, mine | number++);
          queue_.put_many(batch);
        }
      }
    } else {
      Message<N> message{};
      const auto begin = now_ns() + flow_.interval_ns * me / flow_.producers;
      while (run_.running()) {
        const auto due = begin + static_cast<std::int64_t>(number) * flow_.interval_ns;
        if (flow_.interval_ns > 0 && !await(due)) break;
        Words<N>::write(message, mine | number++, due);
        queue_.put(message);
      }
    }
    board_.put[static_cast<std::size_t>(me)] = number;
    if (board_.producers_done.fetch_add(1) + 1 == flow_.producers) end_all();
  }

  void consume(int me) {
    auto& tally = run_.tally(me);
    Seen seen;
    if (flow_.batch > 1) {
      if constexpr (kBatches) {
        std::vector<Message<N>> batch;
        for (int lasts = 0; lasts == 0;) {
          queue_.get_many(batch, flow_.batch);
          for (const auto& message : batch) lasts += !take(message, tally, seen);
          for (; lasts > 1; --lasts) put_last();  // they were for others
        }
      }
    } else {
      Message<N> message{};
      do queue_.get(message);
      while (take(message, tally, seen));
    }
    for (std::size_t producer = 0; producer < kMostParties; ++producer) {
      board_.taken[producer] += seen.counts[producer];
      board_.sums[producer] += seen.sums[producer];
    }
  }

 private:
  static constexpr bool kBatches = requires(Queue queue, std::vector<Message<N>> messages) {
    queue.put_many(messages);
  };

  struct Seen {
    std::array<std::uint64_t, kMostParties> counts{}, sums{}, next{};
  };

  // False for the last one.
  bool take(const Message<N>& message, harness::Tally& tally, Seen& seen) {
    const auto word = word_of(message);
    if (word == kLast) return false;
    const auto producer = static_cast<std::size_t>(word >> kNumberBits);
    const auto number = word & ((std::uint64_t{1} << kNumberBits) - 1);
    if (producer >= kMostParties || !Words<N>::is_whole(message)) {
      tally.corrupt();
      return true;
    }
    if (flow_.in_order && number < seen.next[producer]) tally.corrupt();
    seen.next[producer] = number + 1;
    ++seen.counts[producer];
    seen.sums[producer] += number;
    if (flow_.interval_ns > 0) {
      tally.record(
          static_cast<std::uint64_t>(std::max<std::int64_t>(0, now_ns() - Words<N>::due(message))));
    }
    tally.count(1, N);
    return true;
  }

  // False if the windows closed first.
  bool await(std::int64_t due) const {
    constexpr std::int64_t kWakingTakes = 100'000;
    while (true) {
      const auto left = due - now_ns();
      if (left <= 0) return true;
      if (!run_.running()) return false;
      if (left > 2 * kWakingTakes) {
        std::this_thread::sleep_for(std::chrono::nanoseconds(left - kWakingTakes));
      }
    }
  }

  // For the last producer: once all has been taken, whatever the order, each consumer may end.
  void end_all() {
    std::uint64_t put = 0;
    for (const auto& each : board_.put) put += each;
    const auto taken = [&] {
      std::uint64_t sum = 0;
      for (int consumer = 0; consumer < flow_.consumers; ++consumer) {
        sum += run_.tally(consumer).ops.load(std::memory_order_relaxed) +
               run_.tally(consumer).errors.load(std::memory_order_relaxed);
      }
      return sum;
    };
    while (taken() < put) std::this_thread::sleep_for(100us);
    for (int consumer = 0; consumer < flow_.consumers; ++consumer) put_last();
  }
  void put_last() {
    Message<N> last{};
    Words<N>::write(last, kLast);
    queue_.put(last);
  }

  harness::Run& run_;
  Queue& queue_;
  Board& board_;
  const Flow& flow_;
};

void verify(const Board& board) {
  for (std::size_t producer = 0; producer < kMostParties; ++producer) {
    const std::uint64_t put = board.put[producer];
    const auto sum = put == 0 ? 0 : put * (put - 1) / 2;
    if (board.taken[producer] == put && board.sums[producer] == sum) continue;
    throw std::runtime_error(
        "of producer " + std::to_string(producer) + "'s " + std::to_string(put) + " items " +
        std::to_string(board.taken[producer]) + " arrived, or some twice and others not at all");
  }
}

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
