// What does one operation cost when nobody else is there?
//
// One thread, looped by Google Benchmark: a put and the get of it, a send and its recv, the ways of
// being refused, and what the machine charges for less. Nanoseconds per operation are in lat_mean_ns.
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "primitives/multiprocessing.h"
#include "primitives/threading.h"
#include "scenarios/contenders/boost_queue.h"
#include "scenarios/contenders/descriptors.h"
#include "scenarios/contenders/message.h"
#include "scenarios/scenarios.h"

namespace scenarios {
namespace {

namespace mp = gilfree::multiprocessing;
namespace th = gilfree::threading;
using harness::Run;

// Keeps the compiler from seeing that a value is not used.
template <typename T>
void keep(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

template <template <typename> class Queue, typename T>
void put_get(Run& run, const T& item) {
  Queue<T> queue(64);
  run.operation([&] {
    queue.put(item);
    keep(queue.get());
  });
}

template <typename T>
void send_recv(Run& run, const T& item) {
  auto [a, b] = mp::Pipe<T>();
  run.operation([&, &a = a, &b = b] {
    a.send(item);
    keep(b.recv());
  });
}

template <typename C>
void through(Run& run) {
  C channel(64);
  Message<64> out{}, in{};
  run.operation([&] {
    channel.send(out.payload.data());
    channel.receive(in.payload.data());
  });
}

template <std::size_t N>
void copy(Run& run) {
  std::vector<std::byte> from(N), to(N);
  run.operation([&] {
    std::memcpy(to.data(), from.data(), N);
    keep(to.data());
  });
}

using Body = void (*)(Run&);

// In the order in which they are listed and drawn.
const std::vector<std::pair<std::string, Body>>& operations() {
  static const std::vector<std::pair<std::string, Body>> all = {
      {"mp_queue_put_get_8", [](Run& run) { put_get<mp::Queue>(run, Message<8>{}); }},
      {"mp_queue_put_get_64", [](Run& run) { put_get<mp::Queue>(run, Message<64>{}); }},
      {"mp_queue_put_get_string_64",
       [](Run& run) { put_get<mp::Queue>(run, std::string(64, 'x')); }},
      {"mp_pipe_send_recv_8", [](Run& run) { send_recv(run, Message<8>{}); }},
      {"mp_pipe_send_recv_64", [](Run& run) { send_recv(run, Message<64>{}); }},
      {"th_queue_put_get_8", [](Run& run) { put_get<th::Queue>(run, Message<8>{}); }},
      {"mp_queue_try_get_empty",
       [](Run& run) {
         mp::Queue<int> queue(1);
         run.operation([&] { keep(queue.try_get().has_value()); });
       }},
      {"mp_queue_try_put_full",
       [](Run& run) {
         mp::Queue<int> queue(1);
         queue.put(1);
         run.operation([&] { keep(queue.try_put(2)); });
       }},
      {"mp_queue_qsize",
       [](Run& run) {
         mp::Queue<int> queue(1);
         run.operation([&] { keep(queue.qsize()); });
       }},
      {"pipe2_write_read_64", through<KernelPipe>},
      {"boost_message_queue_send_receive_64", through<BoostQueue>},
      {"compare_exchange_and_store",
       [](Run& run) {
         std::atomic<int> word{0};
         run.operation([&] {
           int expected = 0;
           word.compare_exchange_strong(expected, 1, std::memory_order_acquire);
           word.store(0, std::memory_order_release);
         });
       }},
      {"memcpy_64", copy<64>},
      {"memcpy_64k", copy<65536>},
      {"nothing", [](Run& run) { run.operation([] {}); }},
  };
  return all;
}

std::vector<harness::Parameter::Value> names() {
  std::vector<harness::Parameter::Value> all;
  for (const auto& [name, body] : operations()) all.emplace_back(name);
  return all;
}

void measure(Run& run) {
  run.note("mode", "operation");
  run.note("metric_kind", "latency");
  run.note("threads", 1);
  run.note("load_mode", "closed");
  for (const auto& [name, body] : operations()) {
    if (name == run.text("operation")) body(run);
  }
}

}  // namespace

const harness::Scenario single_operation{
    .name = "single_operation",
    .question = "What does one operation cost when nobody else is there?",
    .family = "cost",
    .parameters = {{"operation", "impl", names(), "what is done over and over",
                    harness::Parameter::Kind::kContender}},
    .run = measure,
};

}  // namespace scenarios
