// EventCount: wait until something that another party publishes has become true.
//
//   publish(item);                       // a store; the worker's side of the handshake
//   event_count.notify_one();                         // one load unless somebody sleeps
//
//   event_count.wait(deadline, patience, [&] { return published(); });
//
// No lock belongs to it: ready() reads atomics and may be called at any time. The bell is a counter
// in a futex word, so the kernel keeps the queue of sleepers and forgets one that is killed
// (docs/adr/0002-adaptive-waiting.md says why it is not a condition variable).
//
// Crash       A ringer killed between publishing and ringing, or a sleeper killed after it was chosen
//             to be woken, is noticed by every sleeper at once, or at its next heartbeat (parker.h).
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/futex.h"
#include "gilfree/detail/wait/parker.h"
#include "gilfree/detail/wait/spin_policy.h"
#include "gilfree/detail/wait/waiter_flag.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

enum class Waited { kNot, kAwake, kAsleep };  // what a successful wait has cost

template <Scope S>
class EventCount {
 public:
  // Returns once ready(); how it waited, or nothing if the deadline came first. `their_cpu` is where
  // the one who will ring was last seen. hopeless() is asked before each sleep and may cost a system
  // call; the wait also ends when it is true, and the caller finds out why.
  template <typename Ready, typename Hopeless>
  std::optional<Waited> wait(Deadline deadline, std::int32_t their_cpu, Ready ready,
                             Hopeless hopeless) {
    return wait(deadline, SpinPolicy(their_cpu), ready, hopeless);
  }
  template <typename Ready, typename Hopeless>
  std::optional<Waited> wait(Deadline deadline, SpinPolicy patience, Ready ready,
                             Hopeless hopeless) {
    if (ready()) return Waited::kNot;
    if (deadline == kNow) return std::nullopt;
    while (patience.keep_spinning()) {
      if (ready()) return Waited::kAwake;
    }
    return sleep(deadline, [&] { return ready() || hopeless(); });
  }

  template <typename Ready>
  std::optional<Waited> wait(Deadline deadline, std::int32_t their_cpu, Ready ready) {
    return wait(deadline, their_cpu, ready, [] { return false; });
  }

  // Call after publishing. Wakes one sleeper; if that one leaves work behind, it rings again.
  void notify_one() {
    if (waiters_.is_set()) [[unlikely]]
      notify_one_slow();
  }
  // Wakes whoever sleeps, if anybody does: for a bell on which nobody calls ring().
  void notify_if_waiting() {
    if (waiters_.is_set()) [[unlikely]]
      notify_all();
  }
  // Wakes whoever sleeps, also those whom a ring() under way has promised to somebody else's care.
  void notify_all() {
    (void)waiters_.clear();
    wake(&Kernel<S>::wake_all);
  }

  // ring() in two steps, for a caller who may also be asked for attention.
  bool has_waiters() { return waiters_.is_set(); }
  [[gnu::always_inline]] bool may_have_waiters() const { return waiters_.may_be_set(); }
  [[gnu::noinline]] void notify_one_slow() {
    if (waiters_.clear()) wake(&Kernel<S>::wake_one);
  }
  // Makes has_waiters() true, without a fence: soon.
  void request_attention() { waiters_.request_attention(); }

 private:
  template <Scope Of>
  friend class EventCountSet;

  template <typename Ready>
  [[gnu::noinline]] std::optional<Waited> sleep(Deadline deadline, Ready ready) {
    for (Parker<S> nap;;) {
      const auto heard = epoch_.load(std::memory_order_acquire);
      waiters_.set();
      const bool is_ready = ready();
      const bool is_late = !is_ready && deadline != kNever && Clock::now() >= deadline;
      if (!is_ready && !is_late) nap.park(epoch_, heard, deadline);
      waiters_.remove_waiter();
      if (is_ready) return Waited::kAsleep;
      if (is_late) return std::nullopt;
      if (ready()) {
        if (waiters_.others_may_wait()) waiters_.set_again();
        return Waited::kAsleep;
      }
    }
  }

  // After forget(): who announces itself after that has heard an older ring.
  [[gnu::noinline]] void wake(void (*kernel_wake)(std::atomic<std::uint32_t>&)) {
    epoch_.fetch_add(1, std::memory_order_release);
    kernel_wake(epoch_);
  }

  std::atomic<std::uint32_t> epoch_{0};
  WaiterFlag<S> waiters_;
};

}  // namespace gilfree::detail
