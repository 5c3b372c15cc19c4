// WaiterFlag: shows a notifier whether a thread sleeps, or is about to.
//
//   waiter                                notifier
//     flag.set();                           publish();
//     if (!ready()) sleep();                if (flag.is_set() && flag.clear()) wake();
//
// This is Dekker's handshake: each side stores, then loads what the other stores, and at least one of
// the two must see the other. Each side needs a full barrier in between. Sleeping is rare and costs
// microseconds, publishing is frequent and costs nanoseconds, so set() executes the barrier of both:
// heavy_fence() (futex.h), and is_set() is a plain load.
//
// The word has three bits, and is_set() is true while it is not 0:
//
//   | bit      | set by                            | cleared by | meaning                        |
//   | kWaiting | a waiter; request_attention()     | clear()    | a thread may sleep             |
//   | kStrong  | the constructor                   | never      | notifiers execute a barrier    |
//   | kRefused | a waiter whose fence was refused  | never      | notifiers execute one from now |
//
// 1. With kStrong or kRefused, each notifier calls clear(), a read-modify-write of the word that set()
//    modifies too: that is its barrier, and no membarrier is needed.
// 2. An object starts with kStrong unless all its users inherit the registration for membarrier: one
//    with a name has it (docs/adr/0013-refused-fences.md).
// 3. A waiter whose fence is refused sets kRefused and learns it. A notifier that has not seen the bit
//    has published at most kStoreDelay later, so the waiter looks again after that time.
// 4. The flag is not a count: a count would leak when a waiter is killed. A notifier that wakes one
//    waiter clears it, so the one that was woken sets it again if others may still sleep. It may cause
//    one wake-up too many, never one too few; the same holds for the count behind others_may_wait().
#pragma once

#include <atomic>
#include <cstdint>

#include "gilfree/detail/base/futex.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

template <Scope S>
class WaiterFlag {
 public:
  WaiterFlag() : flag_(may_rely_on_fences<S>() ? 0 : kStrong) {}

  // Counts a waiter and sets the flag. False if the fence was refused: then the waiter must look again
  // after kStoreDelay.
  [[nodiscard]] bool set() {
    waiters_.fetch_add(1, std::memory_order_seq_cst);  // before the flag: see clear()
    return set_again();
  }
  void remove_waiter() { waiters_.fetch_sub(1, std::memory_order_relaxed); }

  bool others_may_wait() const { return waiters_.load(std::memory_order_relaxed) != 0; }
  // How many wait; more than that if some were killed.
  std::uint32_t waiters() const { return waiters_.load(std::memory_order_seq_cst); }
  // Sets the flag for the other waiters. False if the fence was refused: then they must be woken.
  [[nodiscard]] bool set_again() {
    const auto before = flag_.fetch_or(kWaiting, std::memory_order_seq_cst);
    if ((before & kStrong) != 0 || Kernel<S>::heavy_fence()) return true;
    flag_.fetch_or(kRefused, std::memory_order_seq_cst);
    return false;
  }
  // Makes is_set() true for a notifier, soon and without a barrier: for its attention, not for a wake-up.
  void request_attention() { flag_.fetch_or(kWaiting, std::memory_order_relaxed); }

  // For a notifier, after it has published. If true, it must call clear().
  [[gnu::always_inline]] bool is_set() const {
    std::atomic_signal_fence(std::memory_order_seq_cst);  // the CPU's part is in set()
    return flag_.load(std::memory_order_relaxed) != 0;
  }

  // False if no thread waits. The flag is cleared before the count is read, with a barrier in between.
  // A waiter that set the flag before is then counted; one that sets it later leaves it set, makes its
  // fence after this, and sees what was published before is_set().
  [[nodiscard]] bool clear() {
    (void)flag_.fetch_and(kStrong | kRefused, std::memory_order_seq_cst);
    return waiters_.load(std::memory_order_seq_cst) != 0;
  }

 private:
  static constexpr std::uint32_t kWaiting = 1, kStrong = 2, kRefused = 4;

  std::atomic<std::uint32_t> flag_;
  std::atomic<std::uint32_t> waiters_{0};
};

}  // namespace gilfree::detail
