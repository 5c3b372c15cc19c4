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
// Errors      A negative interval: std::invalid_argument. Those of Thread: an exception that leaves the
//             function is reported on stderr.
// Visibility  What came before start() is seen by the function.
// Crash       Between threads: it dies with its process.
#pragma once

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/thread.h"

namespace gilfree {

class Timer : public Thread {
 public:
  template <typename Function>
  Timer(std::chrono::nanoseconds interval, Function function, ThreadOptions options = {})
      : Thread(std::move(options)), interval_(interval), function_(std::move(function)) {
    if (interval < interval.zero()) {
      throw std::invalid_argument(
          "gilfree::Timer: an interval must not be negative; give 0 to run at once");
    }
    static_assert(std::is_invocable_v<Function&>,
                  "a Timer's function is called without arguments: capture them in a lambda");
  }
  ~Timer() override {
    if (daemon()) cancel();
    if (is_alive()) join();
  }

  // Too late if the function has been called; no error.
  void cancel() {
    cancelled_.store(true, std::memory_order_release);
    event_count_.notify_all();
  }

 protected:
  void run() override {
    const auto cancelled = [&] { return cancelled_.load(std::memory_order_acquire); };
    if (!event_count_.wait(after(interval_), detail::kNoCpu, cancelled)) function_();
  }

 private:
  std::chrono::nanoseconds interval_;
  detail::MoveOnlyFunction<void> function_;
  std::atomic<bool> cancelled_{false};
  detail::EventCount<Threads> event_count_;
};

}  // namespace gilfree
