// Single operations of gilfree's queues and pipes: a put and the get of it, a send and its recv, the ways
// of being refused.
#include <string>

#include "scenarios/single_operation.h"

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

Registration add(std::string_view name, std::string_view label, std::function<void(Run&)> body) {
  const bool threads = name.starts_with("th_");
  return add_operation(
      {.name = name, .label = label, .family = "gilfree", .primitive = "", .wait = "adaptive"},
      threads ? WorkerKind::kThreads : WorkerKind::kProcesses, std::move(body));
}

const Registration registered[] = {
    add("mp_queue_put_get_8", "gilfree mp::Queue: put, get, 8 bytes",
        [](Run& run) { put_get<mp::Queue>(run, Message<8>{}); }),
    add("mp_queue_put_get_64", "gilfree mp::Queue: put, get, 64 bytes",
        [](Run& run) { put_get<mp::Queue>(run, Message<64>{}); }),
    add("mp_queue_put_get_string_64", "gilfree mp::Queue: put, get, a string of 64",
        [](Run& run) { put_get<mp::Queue>(run, std::string(64, 'x')); }),
    add("mp_pipe_send_recv_8", "gilfree mp::Pipe: send, recv, 8 bytes",
        [](Run& run) { send_recv(run, Message<8>{}); }),
    add("mp_pipe_send_recv_64", "gilfree mp::Pipe: send, recv, 64 bytes",
        [](Run& run) { send_recv(run, Message<64>{}); }),
    add("th_queue_put_get_8", "gilfree th::Queue: put, get, 8 bytes",
        [](Run& run) { put_get<th::Queue>(run, Message<8>{}); }),
    add("mp_queue_try_get_empty", "gilfree mp::Queue: try_get, empty",
        [](Run& run) {
          mp::Queue<int> queue(1);
          run.operation([&] { keep(queue.try_get().has_value()); });
        }),
    add("mp_queue_try_put_full", "gilfree mp::Queue: try_put, full",
        [](Run& run) {
          mp::Queue<int> queue(1);
          queue.put(1);
          run.operation([&] { keep(queue.try_put(2)); });
        }),
    add("mp_queue_qsize", "gilfree mp::Queue: qsize",
        [](Run& run) {
          mp::Queue<int> queue(1);
          run.operation([&] { keep(queue.qsize()); });
        }),
};

}  // namespace
}  // namespace scenarios
