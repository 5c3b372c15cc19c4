// Doorbell: wait until something that another party publishes has become true.
//
//   publish(item);                       // a store; the worker's side of the handshake
//   bell.ring();                         // one load unless somebody sleeps
//
//   bell.wait(deadline, patience, [&] { return published(); });
//
// No lock belongs to it: ready() reads atomics and may be called at any time. The bell is a counter
// in a futex word, so the kernel keeps the queue of sleepers and forgets one that is killed
// (docs/0002-adaptive-waiting.md says why it is not a condition variable).
//
// Crash       A ringer killed between publishing and ringing, or a sleeper killed after it was chosen
//             to be woken, is noticed by every sleeper at once, or at its next heartbeat (sleep.h).
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "primitives/core/futex.h"
#include "primitives/core/patience.h"
#include "primitives/core/scope.h"
#include "primitives/core/sleep.h"
#include "primitives/core/sleepers.h"

namespace gilfree::core {

enum class Waited { kNot, kAwake, kAsleep };  // what a successful wait has cost

template <Scope S>
class Doorbell {
 public:
  // Returns once ready(); how it waited, or nothing if the deadline came first. `their_cpu` is where
  // the one who will ring was last seen. hopeless() is asked before each sleep and may cost a system
  // call; the wait also ends when it is true, and the caller finds out why.
  template <typename Ready, typename Hopeless>
  std::optional<Waited> wait(Deadline deadline, std::int32_t their_cpu, Ready ready,
                             Hopeless hopeless) {
    return wait(deadline, Patience(their_cpu), ready, hopeless);
  }
  template <typename Ready, typename Hopeless>
  std::optional<Waited> wait(Deadline deadline, Patience patience, Ready ready, Hopeless hopeless) {
    if (ready()) return Waited::kNot;
    if (deadline == kNow) return std::nullopt;
    while (patience.stay_awake()) {
      if (ready()) return Waited::kAwake;
    }
    return sleep(deadline, [&] { return ready() || hopeless(); });
  }

  template <typename Ready>
  std::optional<Waited> wait(Deadline deadline, std::int32_t their_cpu, Ready ready) {
    return wait(deadline, their_cpu, ready, [] { return false; });
  }

  // Call after publishing. Wakes one sleeper; if that one leaves work behind, it rings again.
  void ring() {
    if (sleepers_.any()) [[unlikely]]
      ring_one();
  }
  // Wakes whoever sleeps, if anybody does: for a bell on which nobody calls ring().
  void ring_sleepers() {
    if (sleepers_.any()) [[unlikely]]
      ring_all();
  }
  // Wakes whoever sleeps, also those whom a ring() under way has promised to somebody else's care.
  void ring_all() {
    (void)sleepers_.forget();
    wake(&Kernel<S>::wake_all);
  }

  // ring() in two steps, for a caller who may also be asked for attention.
  bool is_wanted() { return sleepers_.any(); }
  [[gnu::always_inline]] bool may_be_wanted() const { return sleepers_.may_be_any(); }
  [[gnu::noinline]] void ring_one() {
    if (sleepers_.forget()) wake(&Kernel<S>::wake_one);
  }
  // Makes is_wanted() true, without a fence: soon.
  void draw_attention() { sleepers_.draw_attention(); }

 private:
  template <Scope Of>
  friend class Doorbells;

  template <typename Ready>
  [[gnu::noinline]] std::optional<Waited> sleep(Deadline deadline, Ready ready) {
    for (Nap<S> nap;;) {
      const auto heard = rings_.load(std::memory_order_acquire);
      sleepers_.announce();
      const bool is_ready = ready();
      const bool is_late = !is_ready && deadline != kNever && Clock::now() >= deadline;
      if (!is_ready && !is_late) nap.sleep_on(rings_, heard, deadline);
      sleepers_.withdraw();
      if (is_ready) return Waited::kAsleep;
      if (is_late) return std::nullopt;
      if (ready()) {
        if (sleepers_.others_may_sleep()) sleepers_.raise_again();
        return Waited::kAsleep;
      }
    }
  }

  // After forget(): who announces itself after that has heard an older ring.
  [[gnu::noinline]] void wake(void (*kernel_wake)(std::atomic<std::uint32_t>&)) {
    rings_.fetch_add(1, std::memory_order_release);
    kernel_wake(rings_);
  }

  std::atomic<std::uint32_t> rings_{0};
  Sleepers<S> sleepers_;
};

}  // namespace gilfree::core
