// Pipe or queue? How fast do messages move from one process to another, and how long does an answer
// take?
//
//   throughput   producer ──send──▶ [ channel ] ──receive──▶ consumer
//   ping_pong    client ──▶ [ there ] ──▶ server ──▶ [ back ] ──▶ client
//
// Every payload is copied in and copied out, and carries its number at its beginning and its end; a
// row whose numbers did not arrive in order says failed. Throughput counts what was received.
// Latency is one round trip, from before the send to after the answer; a closed loop.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <new>
#include <string_view>
#include <vector>

#include "scenarios/contenders/roster.h"
#include "scenarios/crew.h"
#include "scenarios/scenarios.h"

namespace scenarios {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kLast = ~std::uint64_t{0};

// A payload with its number at both ends. It begins with a page: a copy whose source lies a few bytes
// before its target, as the last twelve bits of their addresses go, takes twice as long, and that would
// be a contender's luck with the heap (primitives/docs/adr/0005-cache-lines-in-flight.md).
class Payload {
 public:
  explicit Payload(std::size_t bytes)
      : bytes_(static_cast<std::byte*>(std::aligned_alloc(kPage, (bytes + kPage) / kPage * kPage))),
        size_(bytes) {
    if (bytes_ == nullptr) throw std::bad_alloc();
    std::memset(data(), 0, size());
  }

  std::byte* data() { return bytes_.get(); }
  std::size_t size() const { return size_; }

  void number(std::uint64_t number) {
    std::memcpy(data(), &number, sizeof number);
    if (size() >= 16) std::memcpy(data() + size() - 8, &number, sizeof number);
  }
  // Nothing if the two ends disagree.
  std::optional<std::uint64_t> number() const {
    std::uint64_t first, last;
    std::memcpy(&first, bytes_.get(), sizeof first);
    std::memcpy(&last, bytes_.get() + (size() >= 16 ? size() - 8 : 0), sizeof last);
    return first == last ? std::optional(first) : std::nullopt;
  }

 private:
  static constexpr std::size_t kPage = 4096;
  struct Free {
    void operator()(std::byte* bytes) const { std::free(bytes); }
  };

  std::unique_ptr<std::byte, Free> bytes_;
  std::size_t size_;
};

template <Channel C>
void throughput(harness::Run& run, const Cpus& cpus) {
  const auto bytes = static_cast<std::size_t>(run["bytes"]);
  C channel(bytes);
  run.note("queue_depth", channel.depth());
  Crew crew;
  crew.start("consumer", cpus.one, [&] {
    Payload payload(bytes);
    auto& tally = run.tally(0);
    for (std::uint64_t expected = 0;; ++expected) {
      channel.receive(payload.data());
      const auto number = payload.number();
      if (number == kLast) break;
      if (number != expected) tally.corrupt();
      tally.count(1, bytes);
    }
    finish(channel);
  });
  crew.start("producer", cpus.other, [&] {
    Payload payload(bytes);
    for (std::uint64_t number = 0; run.running(); ++number) {
      payload.number(number);
      channel.send(payload.data());
    }
    payload.number(kLast);
    channel.send(payload.data());
    finish(channel);
  });
  crew.measure(run);
}

template <Channel C>
void ping_pong(harness::Run& run, const Cpus& cpus) {
  const auto bytes = static_cast<std::size_t>(run["bytes"]);
  C there(bytes), back(bytes);
  run.note("queue_depth", there.depth());
  Crew crew;
  crew.start("server", cpus.one, [&] {
    Payload payload(bytes);
    while (true) {
      there.receive(payload.data());
      if (payload.number() == kLast) break;
      back.send(payload.data());
    }
    finish(there);
    finish(back);
  });
  crew.start("client", cpus.other, [&] {
    Payload payload(bytes);
    auto& tally = run.tally(0);
    auto before = Clock::now();
    for (std::uint64_t number = 0; run.running(); ++number) {
      payload.number(number);
      there.send(payload.data());
      back.receive(payload.data());
      const auto after = Clock::now();
      tally.record(static_cast<std::uint64_t>((after - before).count()));
      if (payload.number() != number) tally.corrupt();
      tally.count(1, bytes);
      before = after;
    }
    payload.number(kLast);
    there.send(payload.data());
    finish(there);
    finish(back);
  });
  crew.measure(run);
}

void measure_cpython(harness::Run& run, const Cpus& cpus) {
  const std::string& channel = run.text("channel");
  run.note("primitive", channel == "cpython_pipe" ? "pipe" : "queue");
  run.note("wait", "block");
  run_cpython(run, "pipe_vs_queue.py",
              {channel, run.text("mode"), std::to_string(run["bytes"]), std::to_string(cpus.one),
               std::to_string(cpus.other)});
}

void measure(harness::Run& run) {
  if (run["bytes"] < 8) run.skip("a message holds its number: at least 8 bytes");
  const bool streaming = run.text("mode") == "throughput";
  run.note("metric_kind", streaming ? "throughput" : "latency");
  run.note("scope", "process");
  run.note("producers", 1);
  run.note("consumers", 1);
  run.note("load_mode", "closed");
  run.note("verified", 1);
  const Cpus cpus = place_two(run);
  if (is_cpython(run.text("channel"))) return measure_cpython(run, cpus);
  Natives::each([&]<typename C>() {
    if (C::kFacts.name != run.text("channel") || wait_axis_of(C::kFacts) != run.text("wait"))
      return;
    run.note("primitive", C::kFacts.primitive);
    run.note("wait", C::kFacts.wait);
    streaming ? throughput<C>(run, cpus) : ping_pong<C>(run, cpus);
  });
}

// Left out: a way of waiting the contender has not, an interpreter for what needs none, and both on
// one core but for the question that is asked there.
bool offers(const harness::Point& point) {
  const bool asks_there = point.text("mode") == "ping_pong" && point["bytes"] == 64;
  if (point.text("cpus") == "together" && !asks_there) return false;
  const bool interpreted = point.text("python") != "none";
  if (is_cpython(point.text("channel"))) return interpreted && point.text("wait") == "native";
  return !interpreted && is_native(point.text("channel"), point.text("wait"));
}

// Ours, waiting their own way, and whom the report sets them beside, at the sizes it quotes.
bool decisive(const harness::Point& point) {
  const std::string& channel = point.text("channel");
  const auto is_one_of = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), channel) != names.end();
  };
  if (is_one_of({"pipe", "queue"})) return point.text("wait") == "native";
  return point["bytes"] <= 64 &&
         is_one_of({"boost_message_queue", "cpython_queue", "pipe2", "spsc_ring"});
}

}  // namespace

const harness::Scenario pipe_vs_queue{
    .name = "pipe_vs_queue",
    .question =
        "Pipe or queue: how fast do messages move between two processes, and how long does "
        "an answer take?",
    .family = "ipc",
    .parameters =
        {
            {"channel", "impl", channel_names(), "what the messages travel through",
             harness::Parameter::Kind::kContender},
            {"bytes", "msg_bytes", {64, 8, 1 << 10, 64 << 10, 1 << 20}, "size of a message"},
            {"mode",
             "mode",
             {"throughput", "ping_pong"},
             "a stream one way, or question and answer"},
            {"wait", "wait", {"native", "spin"}, "the contender's own way to wait, or spinning"},
            {"cpus", "placement", {"apart", "together"}, "one core each, or one for both"},
            interpreter_axis(),
        },
    .run = measure,
    .offers = offers,
    .decisive = decisive,
    .whole_in_quick = true,
};

}  // namespace scenarios
