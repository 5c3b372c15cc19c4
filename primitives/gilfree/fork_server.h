// ForkServer: starts processes as fast for a parent with much memory as for one with little.
//
//   mp::Queue<int> results(8);
//   mp::ForkServer server;                                     // early, while memory is small
//   const auto model = load_a_gibibyte();
//   mp::Process worker(server, [&] { results.put(compute()); });
//   mp::Process other(server, work, std::tuple(3, "three"));   // Python's args=(3, "three")
//   worker.start();
//
// Python's start method "forkserver". A fork copies the page tables of its parent, about 20 ms a GiB; the
// server is a small process, forked when it is made, that makes the children instead. They are
// children of the process that starts them in every other respect (process.h).
//
// What is started is a function, a captureless lambda or a trivially copyable callable; arguments
// travel by codec.h. What it captures by reference must have been made before the server.
//
// Order       Children are made in the order in which they are started.
// Cost        Making it: a fork. A start: that of a small process and two messages, about 100 us more than
//             fork takes in one. It keeps the memory that there was when it was made, some of it copied.
// Blocking    The constructor and start() wait for nothing but the server.
// Errors      std::system_error: no more processes or descriptors, or a kernel that cannot (before Linux
//             5.3). std::logic_error: start() in another process than the one that made the server.
// Visibility  A child sees what there was when the server was made: memory, open files, working directory,
//             environment, signal handlers, CPU affinity. Primitives made later are reached by name
//             (named.h).
// Crash       If the server is killed, start() throws WorkerLost (make another) or the child has been
//             made; children live on. It ends with the process that made it, however that ends, and
//             leaves nothing behind. A child is not started if that dies in the middle of start().
//
// Descriptors The server holds the ends of unnamed pipes made before it, so that such a pipe has no end
//             of file while the server lives: make them first only if no process waits for that.
#pragma once

#include "gilfree/version.h"

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <utility>

#include "gilfree/detail/base/move_only_function.h"
#include "gilfree/detail/memory/wire.h"
#include "gilfree/detail/process/callable_bytes.h"
#include "gilfree/detail/process/child_registry.h"
#include "gilfree/detail/process/fork_server_process.h"

namespace gilfree {

// Pass it to the constructor of a Process. Moving it leaves the children alone.
class ForkServer {
 public:
  // Forks the server.
  ForkServer() : server_(std::make_shared<detail::ForkServerProcess>()) {}
  ForkServer(ForkServer&&) noexcept = default;
  ForkServer& operator=(ForkServer&&) noexcept = default;
  // Ends it, once what it is to start has been started or let go of.
  ~ForkServer() = default;

  // The server's process id, and whether it lives: it does until it is destroyed or killed.
  pid_t pid() const { return server().process().pid(); }
  bool is_alive() const {
    auto& process = server().process();
    return process.is_child() && !process.has_ended();
  }

 private:
  friend class Process;

  detail::ForkServerProcess& server() const {
    if (server_) return *server_;
    throw std::logic_error("gilfree::ForkServer: moved from; use the one it was moved to");
  }

  // Returns what a Process sends to the server: the function and its arguments as bytes, and the address of
  // run(), which is the same there as the server is a fork of this process.
  template <typename Function, typename Arguments>
  std::unique_ptr<detail::Order> order(Function function, Arguments arguments) const {
    static_assert(std::is_trivially_copyable_v<Function>,
                  "a fork server starts a function, a captureless lambda or a trivially copyable "
                  "callable: pass what it captures as arguments, std::tuple(...), or leave out the "
                  "server");
    static_assert(detail::can_travel<Arguments>,
                  "an argument cannot travel between processes: make it trivially copyable without "
                  "pointers, or write a gilfree::Codec for its type");
    (void)server();
    auto order = std::make_unique<detail::Order>();
    order->server = server_;
    order->run = &run<Function, Arguments>;
    order->target.resize(sizeof function + detail::Wire<Arguments>::size(arguments));
    detail::Wire<Arguments>::write(arguments,
                                   detail::write_function(function, order->target.data()));
    return order;
  }

  // Runs in the child: reads the function and its arguments from `bytes` and calls it.
  template <typename Function, typename Arguments>
  static int run(const std::byte* bytes) {
    detail::FunctionOf<Function> function(bytes);
    return detail::MoveOnlyFunction<int>(
        [&] { return std::apply(*function, detail::Wire<Arguments>::read(bytes)); })();
  }

  std::shared_ptr<detail::ForkServerProcess> server_;
};

}  // namespace gilfree
