// Event: a flag that one sets and many wait for.
//
//   mp::Event ready;
//   mp::Process server([&] { listen(); ready.set(); serve(); });
//   server.start();
//   if (!ready.wait_for(5s)) give_up();
//
// Python's multiprocessing.Event and threading.Event.
//
// Order       Whoever waits while set() is called is let go, all of them, in no order.
// Cost        set, clear: an atomic read-modify-write; is_set, and wait on a set one: a load. No system
//             call unless someone has to sleep or be woken.
// Blocking    wait waits until it is set: awake for some 50 us, then asleep; wait_for and _until at most
//             that long, and tell by false that it was too long. set wakes everybody who waits, also if
//             clear() follows at once.
// Errors      A negative timeout: std::invalid_argument.
// Visibility  set synchronizes with the wait or is_set that sees it.
// Crash       A process may be killed at any instruction. It has set (cleared) the event or it has not;
//             if it has, whoever waits is let go at once (detail/wait/parker.h).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/memory/state_memory.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/named.h"
#include "gilfree/scope.h"

namespace gilfree {

template <Scope S = Processes>
class Event {
 public:
  Event() : state_memory_(0) {}
  Event(create_only_t tag, std::string_view name) : state_memory_(tag, name, 0) {}
  Event(open_only_t tag, std::string_view name) : state_memory_(tag, name) {}
  Event(open_or_create_t tag, std::string_view name) : state_memory_(tag, name, 0) {}
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  void set() {
    auto word = state_memory_->word.load(std::memory_order_relaxed);
    do {
      if (is_set(word)) return;
    } while (!state_memory_->word.compare_exchange_weak(word, word + kNextTime,
                                                        std::memory_order_acq_rel));  // commit
    state_memory_->was_set.notify_if_waiting();
  }
  void clear() { state_memory_->word.fetch_and(~kSet, std::memory_order_acq_rel); }
  bool is_set() const { return is_set(state_memory_->word.load(std::memory_order_acquire)); }

  void wait() { (void)wait_till(kNever); }
  bool wait_for(Timeout timeout) { return wait_till(timeout.deadline()); }
  template <typename C, typename D>
  bool wait_until(std::chrono::time_point<C, D> time) {
    return wait_till(to_deadline(time));
  }

 private:
  // How often it was set, and in the lowest bit whether it is: who began to wait before a set() and
  // looks after a clear() sees that it was.
  static constexpr std::uint32_t kSet = 1, kNextTime = 3;  // an unset word + 3: one more, and set
  struct State {
    std::atomic<std::uint32_t> word{0};
    detail::EventCount<S> was_set;
  };

  static bool is_set(std::uint32_t word) { return (word & kSet) != 0; }

  bool wait_till(Deadline deadline) {
    const auto before = state_memory_->word.load(std::memory_order_acquire);
    if (is_set(before)) return true;
    const auto done = [&] {
      const auto now = state_memory_->word.load(std::memory_order_acquire);
      return is_set(now) || now != before;
    };
    return state_memory_->was_set.wait(deadline, detail::kNoCpu, done).has_value();
  }

  detail::StateMemory<State, S> state_memory_;
};

}  // namespace gilfree
