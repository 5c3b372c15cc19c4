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
// shared, everything else is a copy.
//
// Exit codes  The target's int (0 if it returns nothing); 1 after an uncaught exception, whose
//             message goes to stderr; -N if signal N killed it. Nothing while it runs.
// Blocking    join waits for the end, join_for at most that long; the rest never blocks. The
//             destructor joins a child that still runs, and kills a daemon (SIGTERM, then SIGKILL).
// Errors      std::logic_error: start() twice, join() before start(). std::system_error: no more
//             processes may be made. Only the process that started a child may ask about it.
// Crash       A child that dies in whatever way leaves an exit code and no zombie once it is asked
//             about. If the parent dies, a daemon is killed by the kernel; others live on.
// Threads     One thread at a time per Process. stdio is flushed before the fork and at the child's
//             end; the child leaves by _exit, so the parent's destructors do not run in it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "primitives/core/scope.h"

namespace gilfree {

struct ProcessOptions {
  std::string name = {};  // empty: "Process-1", "Process-2", ...
  bool daemon = false;    // ended with its parent instead of being waited for
};

class Process {
 public:
  template <typename Target>
  requires std::is_invocable_v<Target&>
  explicit Process(Target target, ProcessOptions options = {}) : Process(std::move(options)) {
    target_ = [run = std::move(target)]() mutable -> int {
      if constexpr (std::is_convertible_v<std::invoke_result_t<Target&>, int>) {
        return run();
      } else {
        run();
        return 0;
      }
    };
  }
  virtual ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void start();
  void join();
  // False if it still ran after `patience`.
  bool join_for(std::chrono::nanoseconds patience);
  bool join_until(Deadline deadline);

  bool is_alive();
  std::optional<int> exitcode();
  void terminate();  // SIGTERM
  void kill();       // SIGKILL

  // 0 before start().
  pid_t pid() const { return pid_; }
  const std::string& name() const { return options_.name; }
  bool daemon() const { return options_.daemon; }

 protected:
  explicit Process(ProcessOptions options = {});

  // What the child does; its result is the exit code. Runs in the child only.
  virtual int run() { return target_ ? target_() : 0; }

 private:
  [[noreturn]] void be_the_child(pid_t parent);
  void signal(int number);
  bool reap(bool wait);

  ProcessOptions options_;
  std::function<int()> target_;
  pid_t started_by_ = 0;
  pid_t pid_ = 0;
  int pidfd_ = -1;
  std::optional<int> exitcode_;
};

}  // namespace gilfree
