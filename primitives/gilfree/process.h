// Process: run a callable in a child process.
//
//   mp::Process worker([&] { results.put(compute()); }, {.name = "worker"});
//   worker.start();
//   worker.join();
//   assert(worker.exitcode() == 0);
//
// Or derive, and override run():
//
//   class Work : public mp::Process {
//     int run() override { return compute(); }
//   };
//
// Python's multiprocessing.Process with the fork start method: the child sees the memory of its
// parent as it was at start(), so a lambda captures a Queue or a Pipe by reference. Primitives are
// shared, everything else is a copy. A parent with much memory starts children faster by a ForkServer
// (fork_server.h), whose children see what there was when that was made:
//
//   mp::ForkServer server;                                              // early
//   mp::Process worker(server, compute, std::tuple(3, "three"), {.name = "worker"});
//
// Order       None between processes but what primitives give.
// Cost        start and join: those of fork and waitpid and some microseconds; fork itself copies the
//             page tables, about 20 ms a GiB. By a fork server, two messages more, whatever the size.
// Blocking    join waits for the end, join_for at most that long; the rest never blocks. The
//             destructor joins a child that still runs, and ends a daemon (SIGTERM, then SIGKILL; one that
//             it may not signal it leaves, see Users).
// Errors      std::logic_error: start() twice, join() before start(), close() of one that runs, and
//             asking in another process than the one that started it. std::system_error: no more
//             processes may be made, or (EPERM) terminate() and kill() of a child that this process may
//             not signal, since one of them has become another user. std::invalid_argument: a negative
//             timeout. WorkerLost: start() by a fork server that has died.
// Visibility  What came before start() is in the child's copy. Nothing comes back but the exit code:
//             the target's int (0 if it returns nothing); 1 after an uncaught exception, whose message
//             goes to stderr; -N if signal N killed it; 255 if other code waited for it.
// Crash       A child that dies in whatever way leaves an exit code, and no zombie: it is reaped by
//             the next call that asks about it, by the next start() and by the destructor. If its
//             parent dies in whatever way, a daemon is killed at once. Any other child lives on:
//             parent_process()->is_alive() turns false, join() of it returns, and pipes to it end.
//             A daemon is bound to the process that has started it, and may outlive the thread, with two
//             exceptions that Linux makes. One started in the first thread also dies when that thread
//             ends before the process (pthread_exit in main). One started in another thread, or by a
//             process that may change its user, is killed by a thread of its own, which ends with exec
//             and does nothing while the daemon is stopped (SIGSTOP); of the second kind the kernel kills
//             those too, unless one of the two has changed its user.
// Users       A process that drops its privileges (setuid) after it has started daemons may not signal
//             them. It does not wait for them in destructors and when it ends, and they end with it.
//
// The end     Like the program, a child ends its daemons and waits for its other children and threads
//             when its target returns, then flushes stdio and leaves by _exit: the parent's destructors
//             and exit handlers do not run in it.
// Threads     Handles may be used by several threads, also while one of them starts the process. A
//             process with threads may start children: the child has the starting thread alone, and
//             finds the library's locks in order (those of other libraries it may find held for ever,
//             as after any fork).
// Descriptors A child inherits pipe ends, as it does memory: an end is closed when every process that
//             inherited it has closed it or ended. Descriptors that stand for other children are
//             closed in it.
#pragma once

#include "gilfree/version.h"

#include <sys/types.h>

#include <chrono>
#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/move_only_function.h"
#include "gilfree/detail/memory/wire.h"
#include "gilfree/detail/process/fork_server_process.h"
#include "gilfree/fork_server.h"
#include "gilfree/scope.h"

namespace gilfree {

struct ProcessOptions {
  std::string name = {};  // empty: "Process-1", "Process-2", ...
  bool daemon = false;    // ended with its parent instead of being waited for
};

namespace detail {
struct ProcessRecord;

template <typename T>
inline constexpr bool is_tuple = false;
template <typename... Elements>
inline constexpr bool is_tuple<std::tuple<Elements...>> = true;
}  // namespace detail

// The end of a process as something to wait for, as Python's
// Process.sentinel. Usable in the process that started the other, and in its child; never becomes invalid.
class Sentinel {
 public:
  explicit Sentinel(std::shared_ptr<detail::ProcessRecord> record) : record_(std::move(record)) {}

  // Returns true once the process has ended. Never waits.
  bool is_ready() const;
  // Waits until the process has ended. Returns false if the deadline came first.
  bool wait_until(Deadline deadline) const;

  // Returns true if both are of the same process.
  bool operator==(const Sentinel& other) const { return record_ == other.record_; }

 private:
  std::shared_ptr<detail::ProcessRecord> record_;
};

// Any process, seen from outside. Copies name the same process, and stay valid when it has ended.
class ProcessHandle {
 public:
  explicit ProcessHandle(std::shared_ptr<detail::ProcessRecord> record)
      : record_(std::move(record)) {}

  // Waits until the process has ended. The timed forms return false if it still runs then.
  void join() const;
  bool join_for(Timeout timeout) const;
  bool join_until(Deadline deadline) const;

  // Returns true from start() until the process has ended.
  bool is_alive() const;
  // Returns the exit code, or -N if signal N killed it; nullopt until it has ended.
  std::optional<int> exitcode() const;
  // Returns its end as something to wait for. Throws std::logic_error before start().
  Sentinel sentinel() const;
  void terminate() const;  // SIGTERM
  void kill() const;       // SIGKILL

  // Returns the process id, 0 before start().
  pid_t pid() const;
  // The name in messages: that of the options, or "Process-1", "Process-2", ...
  std::string name() const;
  void set_name(std::string name) const;
  // Returns whether it ends with its parent.
  bool daemon() const;

  // Returns true if both name the same process.
  bool operator==(const ProcessHandle& other) const { return record_ == other.record_; }

 protected:
  detail::ProcessRecord& record() const;
  // Throws unless this process started it.
  detail::ProcessRecord& child() const;
  void signal(int number, const char* function) const;

  std::shared_ptr<detail::ProcessRecord> record_;
};

// A process that this object starts and owns.
class Process : public ProcessHandle {
 public:
  // Makes a process that calls `target()`, a callable without parameters, once it is started. What it
  // returns, if anything, is the exit code.
  template <typename Target>
  requires(!std::derived_from<std::remove_cvref_t<Target>, ProcessHandle> &&
           !std::same_as<std::remove_cvref_t<Target>,
                         ProcessOptions>) explicit Process(Target target,
                                                           ProcessOptions options = {})
      : Process(std::move(options)) {
    static_assert(std::is_invocable_v<Target&>,
                  "a Process's target is called without arguments: capture them in a lambda");
    target_ = detail::MoveOnlyFunction<int>(std::move(target));
  }
  // Started by the server, with what the tuple holds, if there is one, as arguments.
  template <typename Function, typename... Arguments>
  Process(const ForkServer& server, Function function, std::tuple<Arguments...> arguments,
          ProcessOptions options = {})
      : Process(std::move(options)) {
    order_ = server.order(std::move(function),
                          std::tuple<detail::Kept<Arguments>...>(std::move(arguments)));
  }
  template <typename Function>
  Process(const ForkServer& server, Function function, ProcessOptions options = {})
      : Process(server, std::move(function), std::tuple<>(), std::move(options)) {}
  // These do not compile: a target takes no arguments. The message says the remedy.
  template <typename Target, typename Argument, typename... More>
  requires(!std::convertible_to<Argument, ProcessOptions> && !std::same_as<Target, ForkServer>)
      Process(const Target&, const Argument&, const More&...)
      : Process(ProcessOptions()) {
    static_assert(!sizeof(Argument),
                  "a Process's target is called without arguments: capture them in a lambda");
  }
  template <typename Function, typename Argument, typename... More>
  requires(!std::convertible_to<Argument, ProcessOptions> && !detail::is_tuple<Argument>)
      Process(const ForkServer&, const Function&, const Argument&, const More&...)
      : Process(ProcessOptions()) {
    static_assert(!sizeof(Argument),
                  "a fork server passes arguments to its target in one tuple: std::tuple(...)");
  }
  // Waits for a child that still runs; ends a daemon.
  virtual ~Process();
  // A process that was moved from is as one that was never made: its members throw std::logic_error.
  Process(Process&& from) noexcept;
  Process& operator=(Process&& from);

  // Starts the process, once: by fork, or by the fork server.
  void start();
  // Releases what belongs to a process that has ended or was never started. Using it afterwards throws.
  void close();

 protected:
  explicit Process(ProcessOptions options = {});

  // What the child does; its result is the exit code. Runs in the child only. Override it in a subclass:
  // the child has a copy of the object as it was at start().
  virtual int run() { return target_ ? target_() : 0; }

 private:
  pid_t start_by_fork();
  pid_t start_by_server();
  void let_go();

  detail::MoveOnlyFunction<int> target_;
  std::unique_ptr<detail::Order> order_;  // for the fork server; none: by fork
};

// Returns the processes that this one has started and that have not ended.
std::vector<ProcessHandle> active_children();

// Returns this process, and the one that started it: nullopt unless this process was started as a
// Process.
ProcessHandle current_process();
std::optional<ProcessHandle> parent_process();

// Returns how many CPUs this process may use: what its affinity allows, less where its control groups have a
// quota (rounded up).
int cpu_count();

}  // namespace gilfree
