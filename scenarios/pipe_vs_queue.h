// pipe_vs_queue: what its contenders are, how they are measured, and how they are registered.
//
// A Channel carries messages of one size one way, from one process to another. It is made before the
// fork. A new one is a file in contenders/:
//
//   struct Pigeon {
//     static constexpr Facts kFacts{.name = "pigeon", .label = "Pigeon post", .family = "birds",
//                                   .primitive = "bird", .wait = "block"};
//     explicit Pigeon(std::size_t bytes);   // throws harness::Skipped if it cannot be had here
//     void send(const std::byte* message);  // copies `bytes` in
//     void receive(std::byte* message);     // copies them out
//     int depth() const;                    // messages it holds, 0 if that is not known
//     void finish();                        // only if a worker must do something before it ends
//   };
//   const Registration registered = add_channel<Pigeon>();
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "scenarios/support/arrivals.h"
#include "scenarios/support/injected_delay.h"
#include "scenarios/support/numbered_payload.h"
#include "scenarios/support/placement.h"
#include "scenarios/support/roster.h"
#include "scenarios/support/worker_group.h"

namespace scenarios {

template <typename C>
concept Channel = requires(C channel, const std::byte* in, std::byte* out) {
  C(std::size_t{});
  { C::kFacts } -> std::convertible_to<Facts>;
  channel.send(in);
  channel.receive(out);
  { channel.depth() } -> std::convertible_to<int>;
};

// Any channel, for tests: each operation is a virtual call.
class AnyChannel {
 public:
  virtual ~AnyChannel() = default;
  virtual void send(const std::byte* message) = 0;
  virtual void receive(std::byte* message) = 0;
  virtual int depth() const = 0;
  virtual void finish() = 0;
};

struct ChannelContender : Contender {
  using Contender::Contender;
  using Made = std::unique_ptr<AnyChannel>;

  std::function<void(harness::Run&, const CpuPair&)> measure;
  std::function<Made(std::size_t bytes)> make;  // empty for programs of CPython
};

// The variants: a contender's own way of waiting, and spinning where it offers that besides.
inline constexpr std::string_view kNativeWait = "native", kSpinningWait = "spin";

// Returns how many messages a channel that may choose should hold: about 4 MiB, so that neither side
// waits for each message of the other, but at most a cache's worth of large ones.
constexpr std::size_t usual_depth(std::size_t bytes) {
  const std::size_t depth = (std::size_t{4} << 20) / bytes;
  return depth < 8 ? 8 : depth > 1024 ? 1024 : depth;
}

template <Channel C>
void finish(C& channel) {
  if constexpr (requires { channel.finish(); }) channel.finish();
}

template <Channel C>
void measure_throughput(harness::Run& run, const CpuPair& cpus) {
  const auto bytes = static_cast<std::size_t>(run["msg_bytes"]);
  C channel(bytes);
  run.note("queue_depth", channel.depth());
  WorkerGroup group;
  group.start("consumer", cpus.one, [&] {
    NumberedPayload payload(bytes);
    auto& tally = run.tally(0);
    for (std::uint64_t expected = 0;; ++expected) {
      channel.receive(payload.data());
      const auto number = payload.number();
      if (number == NumberedPayload::kLast) break;
      if (number != expected) tally.corrupt();
      tally.count(1, bytes);
    }
    finish(channel);
  });
  group.start("producer", cpus.other, [&] {
    NumberedPayload payload(bytes);
    for (std::uint64_t number = 0; run.running(); ++number) {
      payload.set_number(number);
      channel.send(payload.data());
    }
    payload.set_number(NumberedPayload::kLast);
    channel.send(payload.data());
    finish(channel);
  });
  group.measure(run);
}

template <Channel C>
void measure_ping_pong(harness::Run& run, const CpuPair& cpus) {
  using Clock = std::chrono::steady_clock;
  const auto bytes = static_cast<std::size_t>(run["msg_bytes"]);
  const harness::Arrival arrival = run.open_loop();
  C there(bytes), back(bytes);
  run.note("queue_depth", there.depth());
  WorkerGroup group;
  group.start("server", cpus.one, [&] {
    NumberedPayload payload(bytes);
    while (true) {
      there.receive(payload.data());
      if (payload.number() == NumberedPayload::kLast) break;
      back.send(payload.data());
    }
    finish(there);
    finish(back);
  });
  group.start("client", cpus.other, [&] {
    NumberedPayload payload(bytes);
    auto& tally = run.tally(0);
    std::uint64_t number = 0;
    const auto ask = [&] {
      payload.set_number(number);
      there.send(payload.data());
      back.receive(payload.data());
    };
    const auto check = [&] {
      if (payload.number() != number++) tally.corrupt();
    };
    if (arrival.is_open()) {
      for (Arrivals arrivals(run, arrival, 0, 1); arrivals.wait(); check()) {
        ask();
        arrivals.done(bytes);
      }
    } else {
      auto before = Clock::now();
      while (run.running()) {
        ask();
        const auto after = Clock::now();
        tally.record(static_cast<std::uint64_t>((after - before).count()));
        check();
        tally.count(1, bytes);
        before = after;
      }
    }
    payload.set_number(NumberedPayload::kLast);
    there.send(payload.data());
    finish(there);
    finish(back);
  });
  group.measure(run);
}

template <Channel C>
struct DelayedChannel : C {
  using C::C;
  void send(const std::byte* message) {
    add_delay();
    C::send(message);
  }
  void receive(std::byte* message) {
    C::receive(message);
    add_delay();
  }
};

template <Channel C>
void measure_channel(harness::Run& run, const CpuPair& cpus) {
  run.text("mode") == "throughput" ? measure_throughput<C>(run, cpus)
                                   : measure_ping_pong<C>(run, cpus);
}

template <Channel C>
class ErasedChannel : public AnyChannel {
 public:
  explicit ErasedChannel(std::size_t bytes) : channel_(bytes) {}
  void send(const std::byte* message) override { channel_.send(message); }
  void receive(std::byte* message) override { channel_.receive(message); }
  int depth() const override { return channel_.depth(); }
  void finish() override { scenarios::finish(channel_); }

 private:
  C channel_;
};

template <Channel C>
Registration add_channel(std::string_view wait_variant = kNativeWait) {
  ChannelContender entry(C::kFacts, WorkerKind::kProcesses, wait_variant);
  entry.measure = [](harness::Run& run, const CpuPair& cpus) {
    if constexpr (kTakesDelay<C>) {
      if (inject_delay(run)) return measure_channel<DelayedChannel<C>>(run, cpus);
    }
    measure_channel<C>(run, cpus);
  };
  entry.make = [](std::size_t bytes) { return std::make_unique<ErasedChannel<C>>(bytes); };
  return Roster<ChannelContender>::add(std::move(entry));
}

}  // namespace scenarios
