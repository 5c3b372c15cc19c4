// How long does a cache line take from one core to another?
//
//   asker:  ──▶ writes ──▶ [ line ] ──▶ answerer ──▶ writes ──▶ [ line ] ──▶ asker        one way: half of that
//
// For every pair of cores that may be used, the first CPU of each; the report has them as a matrix. Both threads
// spin, so this is what the hardware takes: the limit of all that is measured between two cores. A latency is the
// mean of a hundred round trips, halved.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <set>
#include <string>

#include "scenarios/support/cpython.h"
#include "scenarios/support/decisive.h"
#include "scenarios/support/placement.h"
#include "scenarios/support/registry.h"
#include "scenarios/support/worker_group.h"

namespace scenarios {
namespace {

constexpr std::uint64_t kEnd = ~std::uint64_t{0};
constexpr int kRoundTrips = 100;

struct alignas(128) Line {
  std::atomic<std::uint64_t> word{0};
};

// Returns the first CPU of each core; of one core alone, its threads.
std::vector<int> cores() {
  std::vector<int> firsts, all;
  std::set<int> seen;
  const auto machine = harness::this_topology();
  for (const auto& cpu : machine.cpus()) {
    all.push_back(cpu.number);
    if (seen.insert(cpu.core).second) firsts.push_back(cpu.number);
  }
  return firsts.size() > 1 ? firsts : all;
}

// "0-1", "0-2", ...; "none" on one CPU, since an axis has a value.
std::vector<harness::Parameter::Value> pairs() {
  std::vector<harness::Parameter::Value> all;
  const auto cpus = cores();
  for (std::size_t i = 0; i < cpus.size(); ++i) {
    for (std::size_t j = i + 1; j < cpus.size(); ++j) {
      all.emplace_back(std::to_string(cpus[i]) + "-" + std::to_string(cpus[j]));
    }
  }
  if (all.empty()) all.emplace_back(std::string("none"));
  return all;
}

void answer(Line& line) {
  for (std::uint64_t expected = 1;; expected += 2) {
    std::uint64_t seen;
    while ((seen = line.word.load(std::memory_order_acquire)) < expected) continue;
    if (seen == kEnd) return;
    line.word.store(expected + 1, std::memory_order_release);
  }
}

void ask(harness::Run& run, Line& line) {
  using Clock = std::chrono::steady_clock;
  auto& tally = run.tally(0);
  for (std::uint64_t number = 1; run.running();) {
    const auto begun = Clock::now();
    for (int trip = 0; trip < kRoundTrips; ++trip, number += 2) {
      line.word.store(number, std::memory_order_release);
      while (line.word.load(std::memory_order_acquire) != number + 1) continue;
    }
    const std::chrono::nanoseconds taken = Clock::now() - begun;
    tally.record(static_cast<std::uint64_t>(taken.count()) / (2 * kRoundTrips));
    tally.count(2 * kRoundTrips);
  }
  line.word.store(kEnd, std::memory_order_release);
}

void measure(harness::Run& run) {
  const std::string& pair = run.text("pair");
  if (pair == "none") run.skip("only one CPU is allowed: there is no pair");
  const auto dash = pair.find('-');
  const int one = std::stoi(pair.substr(0, dash)), other = std::stoi(pair.substr(dash + 1));
  run.note("cpus", joined({one, other}));
  run.note("metric_kind", "latency");
  run.note("mode", "cache_line");
  run.note("load_mode", "closed");
  run.note("scope", "thread");
  run.note("wait", "spin");
  run.note("parties", 2);
  Line line;
  WorkerGroup group(WorkerKind::kThreads);
  group.start("answerer", other, [&] { answer(line); });
  group.start("asker", one, [&] { ask(run, line); });
  group.measure(run);
}

// The first pair: of many cores there are many.
bool decisive(const harness::Point& point) {
  return harness::Parameter::Value(point.text("pair")) == pairs().front();
}

const RegisteredScenario registered([] {
  return harness::Scenario{
      .name = "core_to_core",
      .question = "How long does a cache line take from one core to another?",
      .family = "cost",
      .parameters = {{"contender",
                      "impl",
                      {std::string("cache_line")},
                      "what goes from core to core",
                      harness::Parameter::Kind::kContender},
                     {"pair", "cpus", pairs(), "two CPUs, as 0-1; without it, each pair of cores"},
                     interpreter_axis()},
      .run = measure,
      .offers = interpreter_fits,
      .decisive = decisive,
      .contenders = {{"cache_line", "cache line", "limit"}},
  };
});

}  // namespace
}  // namespace scenarios
