// Single operations on what carries messages: a put and the get of it, a send and its recv, the ways
// of being refused.
#include "scenarios/contenders/boost_queue.h"
#include "scenarios/contenders/descriptors.h"
#include "scenarios/contenders/message.h"
#include "scenarios/operations.h"

#include <gilfree/multiprocessing.h>
#include <gilfree/threading.h>

namespace scenarios {
namespace {

namespace mp = gilfree::multiprocessing;
namespace th = gilfree::threading;
using harness::Run;

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

}  // namespace

std::vector<Operation> message_operations() {
  return {
      {"mp_queue_put_get_8", "process", [](Run& run) { put_get<mp::Queue>(run, Message<8>{}); }},
      {"mp_queue_put_get_64", "process", [](Run& run) { put_get<mp::Queue>(run, Message<64>{}); }},
      {"mp_queue_put_get_string_64", "process",
       [](Run& run) { put_get<mp::Queue>(run, std::string(64, 'x')); }},
      {"mp_pipe_send_recv_8", "process", [](Run& run) { send_recv(run, Message<8>{}); }},
      {"mp_pipe_send_recv_64", "process", [](Run& run) { send_recv(run, Message<64>{}); }},
      {"th_queue_put_get_8", "thread", [](Run& run) { put_get<th::Queue>(run, Message<8>{}); }},
      {"mp_queue_try_get_empty", "process",
       [](Run& run) {
         mp::Queue<int> queue(1);
         run.operation([&] { keep(queue.try_get().has_value()); });
       }},
      {"mp_queue_try_put_full", "process",
       [](Run& run) {
         mp::Queue<int> queue(1);
         queue.put(1);
         run.operation([&] { keep(queue.try_put(2)); });
       }},
      {"mp_queue_qsize", "process",
       [](Run& run) {
         mp::Queue<int> queue(1);
         run.operation([&] { keep(queue.qsize()); });
       }},
      {"pipe2_write_read_64", "process", through<KernelPipe>},
      {"boost_message_queue_send_receive_64", "process", through<BoostQueue>},
  };
}

}  // namespace scenarios
