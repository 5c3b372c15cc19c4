// producer_consumer: what its contenders are, how they are measured, and how they are registered.
//
// A SharedQueue serves any number of producers and consumers of one kind, and is made before they
// start. Q::Of<N, K> carries Message<N> between workers of kind K. A new one is a file in contenders/:
//
//   struct Pigeons {
//     static constexpr Facts kFacts{...};
//     static constexpr QueueTraits kTraits{.batches = true};
//     template <std::size_t N, WorkerKind K>
//     class Of {
//       explicit Of(std::size_t capacity);                                  // or (capacity, producers)
//       void put(const Message<N>&);
//       void get(Message<N>&);
//       void put_many(const std::vector<Message<N>>&);                      // only if it has batches
//       void get_many(std::vector<Message<N>>&, std::size_t most);          // the same
//     };
//   };
//   const Registration registered = add_queue<Pigeons, WorkerKind::kThreads>();
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scenarios/flow_workers.h"
#include "scenarios/pipe_vs_queue.h"
#include "scenarios/support/injected_delay.h"
#include "scenarios/support/message.h"
#include "scenarios/support/roster.h"
#include "scenarios/support/shared_object.h"
#include "scenarios/support/worker_group.h"

namespace scenarios {

struct QueueTraits {
  bool in_order = true;     // each producer's items arrive in the order in which they were put
  bool one_to_one = false;  // for one producer and one consumer only
  bool batches = false;     // has put_many and get_many
};

// Any queue of messages of 64 bytes, for tests: each operation is a virtual call.
class AnyQueue {
 public:
  virtual ~AnyQueue() = default;
  virtual void put(const Message<64>& message) = 0;
  virtual void get(Message<64>& message) = 0;
  // Of a queue that has batches.
  virtual void put_many(const std::vector<Message<64>>& messages) = 0;
  virtual void get_many(std::vector<Message<64>>& messages, std::size_t most) = 0;
};

struct QueueContender : Contender {
  using Contender::Contender;
  using Made = std::unique_ptr<AnyQueue>;

  QueueTraits traits = {};
  std::function<void(harness::Run&, const Flow&, const std::vector<int>& cpus)> measure;
  std::function<Made(std::size_t capacity)> make;  // empty for programs of CPython
};

template <typename Queue, std::size_t N>
struct DelayedQueue : Queue {
  using Queue::Queue;
  void put(const Message<N>& message) {
    add_delay();
    Queue::put(message);
  }
  void get(Message<N>& message) {
    Queue::get(message);
    add_delay();
  }
  void put_many(const std::vector<Message<N>>& messages) {
    for (std::size_t i = 0; i < messages.size(); ++i) add_delay();
    Queue::put_many(messages);
  }
  void get_many(std::vector<Message<N>>& messages, std::size_t most) {
    Queue::get_many(messages, most);
    for (std::size_t i = 0; i < messages.size(); ++i) add_delay();
  }
};

template <typename Queue, WorkerKind K>
SharedObject<Queue, K> make_queue(std::size_t capacity, int producers) {
  if constexpr (std::constructible_from<Queue, std::size_t, int>) {
    return SharedObject<Queue, K>(capacity, producers);
  } else {
    return SharedObject<Queue, K>(capacity);
  }
}

template <typename Queue, std::size_t N, WorkerKind K>
void measure_flow(harness::Run& run, const Flow& flow, const std::vector<int>& cpus) {
  const auto capacity = static_cast<std::size_t>(run["queue_depth"]);
  const auto queue = make_queue<Queue, K>(capacity, flow.producers);
  SharedObject<FlowCounters, K> counters;
  FlowWorkers<Queue, N> workers(run, *queue, *counters, flow);
  WorkerGroup group(K);
  std::size_t at = 0;
  for (int me = 0; me < flow.consumers; ++me) {
    group.start("consumer " + std::to_string(me), cpus[at++], [&, me] { workers.consume(me); });
  }
  for (int me = 0; me < flow.producers; ++me) {
    group.start("producer " + std::to_string(me), cpus[at++], [&, me] { workers.produce(me); });
  }
  group.measure(run);
  verify(*counters);
}

template <typename Kind, std::size_t N, WorkerKind K>
void measure_flow_of_size(harness::Run& run, const Flow& flow, const std::vector<int>& cpus) {
  using Queue = typename Kind::template Of<N, K>;
  if constexpr (kTakesDelay<Kind>) {
    if (inject_delay(run)) return measure_flow<DelayedQueue<Queue, N>, N, K>(run, flow, cpus);
  }
  measure_flow<Queue, N, K>(run, flow, cpus);
}

template <typename Kind, WorkerKind K>
void measure_flow_of_any_size(harness::Run& run, const Flow& flow, const std::vector<int>& cpus) {
  switch (run["msg_bytes"]) {
    case 8:
      return measure_flow_of_size<Kind, 8, K>(run, flow, cpus);
    case 64:
      return measure_flow_of_size<Kind, 64, K>(run, flow, cpus);
    case 1024:
      return measure_flow_of_size<Kind, 1024, K>(run, flow, cpus);
    default:
      run.skip("compiled for items of 8, 64 and 1024 bytes");
  }
}

template <typename Queue, WorkerKind K>
class ErasedQueue : public AnyQueue {
 public:
  explicit ErasedQueue(std::size_t capacity) : queue_(capacity) {}
  void put(const Message<64>& message) override { queue_->put(message); }
  void get(Message<64>& message) override { queue_->get(message); }
  void put_many(const std::vector<Message<64>>& messages) override {
    if constexpr (requires { queue_->put_many(messages); }) queue_->put_many(messages);
  }
  void get_many(std::vector<Message<64>>& messages, std::size_t most) override {
    if constexpr (requires { queue_->get_many(messages, most); }) queue_->get_many(messages, most);
  }

 private:
  SharedObject<Queue, K> queue_;
};

template <typename Kind>
constexpr QueueTraits traits_of() {
  if constexpr (requires { Kind::kTraits; }) return Kind::kTraits;
  return {};
}

template <typename Kind, WorkerKind K>
Registration add_queue() {
  using Erased = ErasedQueue<typename Kind::template Of<64, K>, K>;
  QueueContender entry(Kind::kFacts, K);
  entry.traits = traits_of<Kind>();
  entry.measure = measure_flow_of_any_size<Kind, K>;
  entry.make = [](std::size_t capacity) { return std::make_unique<Erased>(capacity); };
  return Roster<QueueContender>::add(std::move(entry));
}

// A Channel of pipe_vs_queue as a queue between processes, of the channel's own depth.
template <Channel C, bool kOneToOne = false>
struct ChannelAsQueue {
  static constexpr Facts kFacts = C::kFacts;
  static constexpr QueueTraits kTraits{.one_to_one = kOneToOne};

  template <std::size_t N, WorkerKind K>
  class Of {
   public:
    static constexpr bool kSharesItself = true;

    explicit Of(std::size_t capacity) : channel_(N) {
      if (capacity != usual_depth(N)) {
        throw harness::Skipped("here it holds " + std::to_string(usual_depth(N)) +
                               " messages, or as many as the kernel chooses");
      }
    }
    void put(const Message<N>& message) { channel_.send(message.payload.data()); }
    void get(Message<N>& message) { channel_.receive(message.payload.data()); }

   private:
    C channel_;
  };
};

template <Channel C, bool kOneToOne = false>
Registration add_channel_as_queue() {
  return add_queue<ChannelAsQueue<C, kOneToOne>, WorkerKind::kProcesses>();
}

}  // namespace scenarios
