// Timer: call a function in a thread of its own, once, after some time, unless cancelled.
//
//   th::Timer reminder(30s, [] { std::puts("tea is ready"); });
//   reminder.start();
//   reminder.cancel();
//
// Python's threading.Timer. The contract is that of Thread; the destructor of a daemon cancels, any
// other waits until it has run.
#pragma once

#include <atomic>
#include <chrono>
#include <type_traits>
#include <utility>

#include "primitives/core/doorbell.h"
#include "primitives/thread.h"

namespace gilfree {

class Timer : public Thread {
 public:
  template <typename Function>
  Timer(std::chrono::nanoseconds interval, Function function, ThreadOptions options = {})
      : Thread(std::move(options)), interval_(interval), function_(std::move(function)) {
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
    bell_.ring_all();
  }

 protected:
  void run() override {
    const auto cancelled = [&] { return cancelled_.load(std::memory_order_acquire); };
    if (!bell_.wait(after(interval_), core::kNoCpu, cancelled)) function_();
  }

 private:
  std::chrono::nanoseconds interval_;
  core::Body<void> function_;
  std::atomic<bool> cancelled_{false};
  core::Doorbell<Threads> bell_;
};

}  // namespace gilfree
