// Timer: call a function in a thread of its own, once, after some time, unless cancelled.
//
//   th::Timer reminder(30s, [] { std::puts("tea is ready"); });
//   reminder.start();
//   reminder.cancel();
//
// Python's threading.Timer.
//
// Order       None among timers.
// Cost        A Thread, asleep until then.
// Blocking    cancel never waits, and is too late once the function has begun. The destructor of a
//             daemon cancels; any other waits until the function has run or the timer was cancelled.
//             The function itself may destroy its timer: then nothing waits. An interval that is too
//             long to count never ends.
// Errors      A negative interval: std::invalid_argument. cancel() of one that was moved from:
//             std::logic_error. Those of Thread: an exception that leaves the function is reported on
//             stderr.
// Visibility  What came before start() is seen by the function.
// Crash       Between threads: it dies with its process.
#pragma once

#include "gilfree/version.h"

#include <atomic>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/base/move_only_function.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/thread.h"

namespace gilfree {

// A thread that sleeps, calls the function, and ends.
class Timer : public Thread {
 public:
  // Any duration will do: 30s, 0.5s, std::chrono::hours::max().
  template <typename Function>
  Timer(Timeout interval, Function function, ThreadOptions options = {})
      : Timer(std::make_shared<Call>(interval, std::move(function)), std::move(options)) {}
  Timer(Timer&&) = default;
  Timer& operator=(Timer&&) = delete;
  // Waits until the function has run or the timer was cancelled; cancels a daemon.
  ~Timer() override {
    if (!call_) return;  // moved from
    if (daemon()) call_->cancel();
    if (is_alive() && *this != current_thread()) join();
  }

  // Prevents the call of the function, unless it has begun. Not an error then.
  void cancel() {
    if (!call_) throw std::logic_error("gilfree::Timer: moved from; use the one it was moved to");
    call_->cancel();
  }

 private:
  // What the thread does: it sleeps on an event count until the interval is over, or cancel() wakes it.
  // The thread and the timer share it, so the function may destroy its timer.
  struct Call {
    template <typename Function>
    Call(Timeout how_long, Function called) : interval(how_long), function(std::move(called)) {
      static_assert(std::is_invocable_v<Function&>,
                    "a Timer's function is called without arguments: capture them in a lambda");
    }

    void cancel() {
      cancelled.store(true, std::memory_order_release);
      changed.notify_all();
    }
    void run() {
      const auto is_cancelled = [&] { return cancelled.load(std::memory_order_acquire); };
      const auto waited = changed.wait(interval.deadline(), detail::kNoCpu, is_cancelled);
      if (waited == detail::Waited::kTooLate) function();
    }

    const Timeout interval;
    detail::MoveOnlyFunction<void> function;
    std::atomic<bool> cancelled{false};
    detail::EventCount<Threads> changed;
  };

  Timer(std::shared_ptr<Call> call, ThreadOptions options)
      : Thread([call] { call->run(); }, std::move(options)), call_(std::move(call)) {
    run_target_only();
  }

  std::shared_ptr<Call> call_;
};

}  // namespace gilfree
