// Parties: producers and consumers around one queue, and the proof that every item arrived once.
//
//   Parties<Queue, N> parties(run, queue, board, flow);
//   parties.produce(0);   // in one party
//   parties.consume(0);   // in another; its tally counts what it took
//   verify(board);        // when all have ended
//
// Every item carries its producer and its number. When the windows have closed each producer says how
// many it put; the last of them waits until as many have been taken and then ends each consumer with
// an item of its own, so that no order of the queue is relied on.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "harness/scenario.h"
#include "scenarios/contenders/message.h"

namespace scenarios {

inline constexpr int kMostParties = 16;  // of a kind
inline constexpr int kNumberBits = 48;
inline constexpr std::uint64_t kLast = ~std::uint64_t{0};

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

inline std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

// Shared by the parties, written at their ends.
struct Board {
  std::array<std::atomic<std::uint64_t>, kMostParties> put{}, taken{}, sums{};  // by producer
  std::atomic<int> producers_done{0};
};

// How they flow.
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
    while (taken() < put) std::this_thread::sleep_for(std::chrono::microseconds(100));
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

// Throws unless each producer's items have arrived, each of them once.
inline void verify(const Board& board) {
  for (std::size_t producer = 0; producer < kMostParties; ++producer) {
    const std::uint64_t put = board.put[producer];
    const auto sum = put == 0 ? 0 : put * (put - 1) / 2;
    if (board.taken[producer] == put && board.sums[producer] == sum) continue;
    throw std::runtime_error(
        "of producer " + std::to_string(producer) + "'s " + std::to_string(put) + " items " +
        std::to_string(board.taken[producer]) + " arrived, or some twice and others not at all");
  }
}

}  // namespace scenarios
