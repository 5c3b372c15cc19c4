// Single operations of the machine: what an atomic, a copy and an empty loop cost.
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>

#include "scenarios/single_operation.h"

namespace scenarios {
namespace {

using harness::Run;

// The target lies whole lines above the source: a little above, memcpy is slow on some CPUs
// (primitives/docs/adr/0022-copies-just-above.md), and this is what the others are measured by.
template <std::size_t N>
void copy(Run& run) {
  struct alignas(64) Bytes {
    std::byte bytes[N] = {};
  };
  const auto two = std::make_unique<std::array<Bytes, 2>>();
  auto& [from, to] = *two;
  run.operation([&from = from, &to = to] {
    std::memcpy(to.bytes, from.bytes, N);
    keep(to.bytes);
  });
}

void exchange_and_store(Run& run) {
  std::atomic<int> word{0};
  run.operation([&] {
    int expected = 0;
    word.compare_exchange_strong(expected, 1, std::memory_order_acquire);
    word.store(0, std::memory_order_release);
  });
}

// What it costs to time an operation: what is recorded of one that takes no time.
void time_nothing(Run& run) {
  using harness::TickClock;
  const auto latencies = std::make_unique<harness::Histogram>();
  run.operation([&] {
    const auto from = TickClock::before();
    latencies->record(TickClock::nanoseconds(from, TickClock::after()));
  });
}

Registration add(std::string_view name, std::string_view label, void (*body)(Run&)) {
  const Facts facts{.name = name, .label = label, .family = "limit", .primitive = "", .wait = ""};
  return add_operation(facts, WorkerKind::kThreads, body);
}

const Registration registered[] = {
    add("compare_exchange_and_store", "compare_exchange and store", exchange_and_store),
    add("memcpy_64", "memcpy, 64 bytes", copy<64>),
    add("memcpy_64k", "memcpy, 64 KiB", copy<65536>),
    add("timed_sample", "timing: two readings of the clock, a record", time_nothing),
    add("nothing", "nothing: the loop", [](Run& run) { run.operation([] {}); }),
};

}  // namespace
}  // namespace scenarios
