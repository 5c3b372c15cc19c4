// What does one operation cost when nobody else is there?
//
// One thread, looped by Google Benchmark, in a process that has made another thread before: glibc's
// locks are cheaper until then. Nanoseconds per operation are in lat_mean_ns; row `nothing` is the
// loop. CPython loops by itself: its rows are the mean of batches of a thousand.
#include <atomic>
#include <cstring>
#include <thread>

#include "scenarios/contenders/cpython.h"
#include "scenarios/operations.h"
#include "scenarios/scenarios.h"

namespace scenarios {
namespace {

using harness::Run;

template <std::size_t N>
void copy(Run& run) {
  std::vector<std::byte> from(N), to(N);
  run.operation([&] {
    std::memcpy(to.data(), from.data(), N);
    keep(to.data());
  });
}

// In the order in which they are listed.
const std::vector<Operation>& operations() {
  static const std::vector<Operation> all = [] {
    std::vector<Operation> lists;
    for (const auto& list : {message_operations(), synchronisation_operations(),
                             cpython_operations(), machine_operations()}) {
      lists.insert(lists.end(), list.begin(), list.end());
    }
    return lists;
  }();
  return all;
}

std::vector<harness::Parameter::Value> names() {
  std::vector<harness::Parameter::Value> all;
  for (const auto& operation : operations()) all.emplace_back(operation.name);
  return all;
}

void measure(Run& run) {
  std::thread([] {}).join();
  run.note("mode", "operation");
  run.note("metric_kind", "latency");
  run.note("threads", 1);
  run.note("load_mode", "closed");
  for (const auto& operation : operations()) {
    if (operation.name != run.text("operation")) continue;
    run.note("scope", operation.scope);
    return operation.body(run);
  }
}

// Left out: an interpreter for what needs none.
bool offers(const harness::Point& point) {
  return is_cpython(point.text("operation")) == (point.text("python") != "none");
}

}  // namespace

// What the machine charges for less.
std::vector<Operation> machine_operations() {
  return {
      {"compare_exchange_and_store", "",
       [](Run& run) {
         std::atomic<int> word{0};
         run.operation([&] {
           int expected = 0;
           word.compare_exchange_strong(expected, 1, std::memory_order_acquire);
           word.store(0, std::memory_order_release);
         });
       }},
      {"memcpy_64", "", copy<64>},
      {"memcpy_64k", "", copy<65536>},
      {"nothing", "", [](Run& run) { run.operation([] {}); }},
  };
}

const harness::Scenario single_operation{
    .name = "single_operation",
    .question = "What does one operation cost when nobody else is there?",
    .family = "cost",
    .parameters = {{"operation", "impl", names(), "what is done over and over",
                    harness::Parameter::Kind::kContender},
                   interpreter_axis()},
    .run = measure,
    .offers = offers,
};

}  // namespace scenarios
