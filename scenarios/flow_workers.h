// FlowWorkers: producers and consumers around one queue, and the proof that every item arrived once.
//
//   FlowWorkers<Queue, N> workers(run, queue, counters, flow);
//   workers.produce(0);   // in one worker
//   workers.consume(0);   // in another; its tally counts what it took
//   verify(counters);     // when all have ended
//
// Every item carries its producer and its number. When the windows have closed each producer writes
// down how many items it put; the last of them waits until as many have been taken and then ends each
// consumer with an end marker, so that the proof does not rely on the order of the queue.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "harness/scenario.h"
#include "scenarios/support/arrivals.h"
#include "scenarios/support/message.h"

namespace scenarios {

inline constexpr int kMostWorkers = 500;  // producers, and as many consumers
inline constexpr int kNumberBits = 48;
inline constexpr std::uint64_t kEndMarker = ~std::uint64_t{0};

// The layout of an item: its producer and number in the first word and, from 16 bytes on, in the last;
// from 32 bytes on the second word holds the time at which it was due, the third the time at which its put began.
template <std::size_t N>
struct ItemWords {
  static void write(Message<N>& message, std::uint64_t word, std::int64_t due = 0,
                    std::int64_t began = 0) {
    std::byte* bytes = message.payload.data();
    std::memcpy(bytes, &word, 8);
    if constexpr (N >= 32) std::memcpy(bytes + 8, &due, 8), std::memcpy(bytes + 16, &began, 8);
    if constexpr (N >= 16) std::memcpy(bytes + N - 8, &word, 8);
  }
  static bool is_whole(const Message<N>& message) {
    return N < 16 || std::memcmp(message.payload.data(), message.payload.data() + N - 8, 8) == 0;
  }
  static std::int64_t due(const Message<N>& message) { return time_at(message, 8); }
  static std::int64_t began(const Message<N>& message) { return time_at(message, 16); }

 private:
  static std::int64_t time_at(const Message<N>& message, std::size_t offset) {
    std::int64_t time = 0;
    if constexpr (N >= 32) std::memcpy(&time, message.payload.data() + offset, 8);
    return time;
  }
};

// Shared by the workers, which write it when they end.
struct FlowCounters {
  std::array<std::atomic<std::uint64_t>, kMostWorkers> put{}, taken{}, sums{};  // by producer
  std::atomic<int> producers_done{0};
};

// How many items flow between how many.
struct Flow {
  int producers, consumers;
  std::size_t batch;
  harness::Arrival arrival;
  bool in_order;
  // The last producer gives up after so many looks, 100 us apart, at which nothing more had arrived. A count, not a
  // time: processes that are stopped together do not look.
  int most_looks = 100'000;
};

template <typename Queue, std::size_t N>
class FlowWorkers {
 public:
  FlowWorkers(harness::Run& run, Queue& queue, FlowCounters& counters, const Flow& flow)
      : run_(run), queue_(queue), counters_(counters), flow_(flow) {}

  void produce(int me) {
    const std::uint64_t put = flow_.batch > 1 ? put_batches(me) : put_items(me);
    counters_.put[static_cast<std::size_t>(me)] = put;
    if (counters_.producers_done.fetch_add(1) + 1 == flow_.producers) end_all();
  }

  void consume(int me) {
    auto& tally = run_.tally(me);
    Seen seen;
    if (flow_.arrival.is_open()) seen.ages.emplace(run_, me);
    flow_.batch > 1 ? take_batches(tally, seen) : take_items(tally, seen);
    for (std::size_t producer = 0; producer < kMostWorkers; ++producer) {
      counters_.taken[producer] += seen.counts[producer];
      counters_.sums[producer] += seen.sums[producer];
    }
  }

 private:
  static constexpr bool kBatches = requires(Queue queue, std::vector<Message<N>> messages) {
    queue.put_many(messages);
  };

  // What a consumer has taken, by producer.
  struct Seen {
    std::array<std::uint64_t, kMostWorkers> counts{}, sums{}, next{};
    std::optional<OpenLoopTallies> ages{};  // of an open loop
  };

  static std::uint64_t first_word_of(int me) {
    return static_cast<std::uint64_t>(me) << kNumberBits;
  }

  // The two ways to produce return how many items were put.
  std::uint64_t put_items(int me) {
    std::uint64_t number = 0;
    Message<N> message{};
    if (flow_.arrival.is_open()) {
      ArrivalTimes arrivals(run_, flow_.arrival, me, flow_.producers);
      while (arrivals.wait()) {
        ItemWords<N>::write(message, first_word_of(me) | number++, arrivals.due(),
                            arrivals.began());
        queue_.put(message);
      }
      return number;
    }
    while (run_.running()) {
      ItemWords<N>::write(message, first_word_of(me) | number++);
      queue_.put(message);
    }
    return number;
  }
  std::uint64_t put_batches(int me) {
    std::uint64_t number = 0;
    if constexpr (kBatches) {
      std::vector<Message<N>> batch(flow_.batch);
      while (run_.running()) {
        for (auto& message : batch) ItemWords<N>::write(message, first_word_of(me) | number++);
        queue_.put_many(batch);
      }
    }
    return number;
  }

  void take_items(harness::Tally& tally, Seen& seen) {
    Message<N> message{};
    do queue_.get(message);
    while (take(message, tally, seen));
  }
  void take_batches(harness::Tally& tally, Seen& seen) {
    if constexpr (kBatches) {
      std::vector<Message<N>> batch;
      for (int markers = 0; markers == 0;) {
        queue_.get_many(batch, flow_.batch);
        for (const auto& message : batch) markers += !take(message, tally, seen);
        for (; markers > 1; --markers) put_end_marker();  // they were for other consumers
      }
    }
  }

  // Checks and counts an item. Returns false for the end marker.
  bool take(const Message<N>& message, harness::Tally& tally, Seen& seen) {
    const auto word = word_of(message);
    if (word == kEndMarker) return false;
    const auto producer = static_cast<std::size_t>(word >> kNumberBits);
    const auto number = word & ((std::uint64_t{1} << kNumberBits) - 1);
    if (producer >= kMostWorkers || !ItemWords<N>::is_whole(message)) {
      tally.corrupt();
      return true;
    }
    if (flow_.in_order && number < seen.next[producer]) tally.corrupt();
    seen.next[producer] = number + 1;
    ++seen.counts[producer];
    seen.sums[producer] += number;
    if (seen.ages) seen.ages->record(ItemWords<N>::due(message), ItemWords<N>::began(message));
    tally.count(1, N);
    return true;
  }

  // Called by the last producer: waits until all items have been taken, then ends each consumer. Throws
  // std::runtime_error if some never arrive: a queue that loses an item would be waited for without end.
  void end_all() {
    std::uint64_t put = 0;
    for (const auto& each : counters_.put) put += each;
    const auto taken = [&] {
      std::uint64_t sum = 0;
      for (int consumer = 0; consumer < flow_.consumers; ++consumer) {
        sum += run_.tally(consumer).ops.load(std::memory_order_relaxed) +
               run_.tally(consumer).errors.load(std::memory_order_relaxed);
      }
      return sum;
    };
    std::uint64_t before = 0, now;
    for (int looks = 0; (now = taken()) < put; before = now) {
      looks = now == before ? looks + 1 : 0;
      if (looks > flow_.most_looks) {
        throw std::runtime_error(std::to_string(put - now) + " of " + std::to_string(put) +
                                 " items never arrived");
      }
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
    for (int consumer = 0; consumer < flow_.consumers; ++consumer) put_end_marker();
  }
  void put_end_marker() {
    Message<N> marker{};
    ItemWords<N>::write(marker, kEndMarker);
    queue_.put(marker);
  }

  harness::Run& run_;
  Queue& queue_;
  FlowCounters& counters_;
  const Flow& flow_;
};

// Throws std::runtime_error unless all items of each producer have arrived, each of them once.
inline void verify(const FlowCounters& counters) {
  for (std::size_t producer = 0; producer < kMostWorkers; ++producer) {
    const std::uint64_t put = counters.put[producer];
    const auto sum = put == 0 ? 0 : put * (put - 1) / 2;
    if (counters.taken[producer] == put && counters.sums[producer] == sum) continue;
    throw std::runtime_error(
        "of producer " + std::to_string(producer) + "'s " + std::to_string(put) + " items " +
        std::to_string(counters.taken[producer]) + " arrived, or some twice and others not at all");
  }
}

}  // namespace scenarios
