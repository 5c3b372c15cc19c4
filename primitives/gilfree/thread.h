// Thread: run a callable in a thread of this process.
//
//   th::Thread worker([&] { results.put(compute()); }, {.name = "worker"});
//   worker.start();
//   worker.join();
//
// Or derive, and override run():
//
//   class Work : public th::Thread {
//     void run() override { compute(); }
//   };
//
// Python's threading.Thread without the GIL: threads run at once, on as many CPUs as there are.
//
// Order       None between threads but what primitives give.
// Cost        start and join: those of a bare pthread and about 0.3 us. state(): about 20 us, the rest
//             nanoseconds.
// Blocking    join waits for the end, that of thread_local objects included; join_for at most that long,
//             whatever others wait; native_id, and start() of a subclass, until the thread has begun;
//             the rest never blocks. The destructor joins, but lets a daemon go on.
// Errors      std::logic_error: start() twice, join() before start() has made the thread or by the
//             thread itself.
//             std::system_error: no more threads may be made. std::invalid_argument: a negative
//             timeout. An exception that leaves the target is
//             reported on stderr with the thread's name, and ends this thread alone.
// Visibility  What came before start() is seen by the thread; what the thread did is seen after join().
// Crash       A thread does not die alone: whatever kills it kills the process.
//
// Daemons     At exit() and at the end of main, threads that are no daemons are waited for. Daemons run
//             on while static objects are destroyed and end with the process, at any instruction: give
//             them only what is never destroyed.
// Subclasses  run() uses the object: one whose thread may still run calls join() in its own destructor.
// Fork        A forked child has the thread that forked, as its main thread; all others are Dead there.
#pragma once

#include "gilfree/version.h"

#include <sys/types.h>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/move_only_function.h"

namespace gilfree {

// th::Thread worker(work, {.name = "worker", .daemon = true});
struct ThreadOptions {
  std::string name = {};  // empty: "Thread-1", "Thread-2", ...
  bool daemon = false;    // not waited for when the program ends
};

namespace detail {
struct ThreadRecord;
}

// Any thread, seen from outside. Copies name the same thread, and stay valid when it has ended.
class ThreadHandle {
 public:
  enum class State { New, Runnable, Running, Blocked, Dead };

  explicit ThreadHandle(std::shared_ptr<detail::ThreadRecord> record)
      : record_(std::move(record)) {}

  // Waits until the thread has ended. The timed forms return false if it still runs then, be it in a
  // destructor of a thread_local object. Any number may join, and the thread may destroy its own Thread
  // meanwhile.
  void join() const;
  bool join_for(Timeout timeout) const;
  bool join_until(Deadline deadline) const;

  // Returns true from start() until the target has returned.
  bool is_alive() const;
  // Returns what the thread does at this moment. New: not started. Runnable: waits for a CPU. Blocked:
  // waits for anything else. Dead: has ended.
  State state() const;

  // The name in messages; also the kernel's name of the thread, cut to 15 bytes.
  std::string name() const;
  void set_name(std::string name) const;
  // Returns whether the end of the program leaves it running.
  bool daemon() const;
  // Return pthread_self() of the thread, and the kernel's id of it. 0 before start().
  std::uint64_t ident() const;
  pid_t native_id() const;

  // Returns true if both name the same thread.
  bool operator==(const ThreadHandle& other) const { return record_ == other.record_; }

 protected:
  detail::ThreadRecord& record() const;

  std::shared_ptr<detail::ThreadRecord> record_;
};

// A thread that this object owns.
class Thread : public ThreadHandle {
 public:
  // Makes a thread that calls `target()`, a callable without parameters, once it is started.
  template <typename Target>
  requires(!std::derived_from<std::remove_cvref_t<Target>, ThreadHandle> &&
           !std::same_as<std::remove_cvref_t<Target>,
                         ThreadOptions>) explicit Thread(Target target,
                                                         const ThreadOptions& options = {})
      : Thread(options) {
    static_assert(std::is_invocable_v<Target&>,
                  "a Thread's target is called without arguments: capture them in a lambda");
    target_ = detail::MoveOnlyFunction<void>(std::move(target));
  }
  // Does not compile: a target takes no arguments. The message says the remedy.
  template <typename Target, typename Argument, typename... More>
  requires(!std::convertible_to<Argument, ThreadOptions>)
      Thread(const Target&, const Argument&, const More&...)
      : Thread(ThreadOptions()) {
    static_assert(!sizeof(Argument),
                  "a Thread's target is called without arguments: capture them in a lambda, or use "
                  "start_new_thread");
  }
  // Waits until the thread has ended, unless it is a daemon.
  virtual ~Thread();

  // A started subclass stays where it is: moving it throws std::logic_error.
  Thread(Thread&& from);             // NOLINT(*-noexcept-move-constructor,*-exception-escape)
  Thread& operator=(Thread&& from);  // NOLINT(*-noexcept-move-constructor,*-exception-escape)

  // Starts the thread, once. Returns when the kernel has made it.
  void start();

 protected:
  explicit Thread(const ThreadOptions& options = {});

  // What the thread does. Runs in the new thread.
  virtual void run();
  // For a subclass that does not override run(): its thread runs the target and never uses the object,
  // which may be moved and destroyed while it runs.
  void run_target_only();

 private:
  struct Beginning;
  static void* begin(void* beginning);
  void let_go();

  detail::MoveOnlyFunction<void> target_;
};

// Returns the threads that have begun and not ended, the main thread included.
std::vector<ThreadHandle> enumerate();
// Returns their number.
std::size_t active_count();

// Returns the calling thread, whatever made it, and the one that runs main().
ThreadHandle current_thread();
ThreadHandle main_thread();

// Runs f(args...) in a daemon thread and returns its ident().
template <typename Function, typename... Arguments>
std::uint64_t start_new_thread(Function function, Arguments... arguments) {
  static_assert(std::is_invocable_v<Function&, Arguments&...>,
                "the function cannot be called with these arguments");
  Thread thread([function = std::move(function),
                 ... arguments = std::move(arguments)]() mutable { function(arguments...); },
                {.daemon = true});
  thread.start();
  return thread.ident();
}

}  // namespace gilfree
