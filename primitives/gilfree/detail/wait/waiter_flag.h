// WaiterFlag: the flag by which those who go to sleep are seen by those who must wake them.
//
//   sleeper                               worker
//     sleepers.set();                  publish();
//     if (!ready()) sleep();                if (sleepers.is_set()) { sleepers.forget(); wake(); }
//
// One of the two must see the other, so each needs a full barrier between its store and its load.
// Sleeping is rare and costs microseconds, publishing is frequent and costs nanoseconds, so the
// sleeper pays for both: set() makes every CPU that runs a participant execute the barrier that
// any() leaves out (futex.h, heavy_fence).
//
// A flag, not a count: a sleeper that is killed never takes itself off a count. Whoever wakes one
// sleeper lowers the flag, so the one who was woken raises it again if others may sleep on. The flag
// errs towards one wake too many; so does the count behind others_may_wait(), which the killed stay
// in: it saves the lone sleeper the fence.
#pragma once

#include <atomic>
#include <cstdint>

#include "gilfree/detail/base/futex.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

template <Scope S>
class WaiterFlag {
 public:
  void set() {
    asleep_.fetch_add(1, std::memory_order_seq_cst);  // before the flag: see forget()
    set_again();
  }
  void remove_waiter() { asleep_.fetch_sub(1, std::memory_order_relaxed); }

  bool others_may_wait() const { return asleep_.load(std::memory_order_relaxed) != 0; }
  void set_again() {
    flag_.store(1, std::memory_order_seq_cst);
    Kernel<S>::heavy_fence();
  }
  // Makes the next any() true, soon and without a fence: for a worker's attention, not for its wake.
  void request_attention() { flag_.store(1, std::memory_order_relaxed); }

  bool is_set() {
    if (!Kernel<S>::can_fence()) return flag_.fetch_or(0, std::memory_order_seq_cst) != 0;
    std::atomic_signal_fence(std::memory_order_seq_cst);  // keeps the compiler from looking early
    return flag_.load(std::memory_order_relaxed) != 0;
  }

  // As any(), with one look and no call. Also true where it would take more than that to know.
  [[gnu::always_inline]] bool may_be_set() const {
    if (!Kernel<S>::is_known_to_fence()) [[unlikely]]
      return true;
    std::atomic_signal_fence(std::memory_order_seq_cst);  // keeps the compiler from looking early
    return flag_.load(std::memory_order_relaxed) != 0;
  }

  // After any(): false if only attention was asked for. The flag is lowered before the count is read,
  // with a barrier between the two. Whoever has raised the flag before is then counted; whoever raises
  // it later leaves it raised, makes its fence after this, and sees what was published before any().
  bool clear() {
    (void)flag_.exchange(0, std::memory_order_seq_cst);
    return asleep_.load(std::memory_order_seq_cst) != 0;
  }

 private:
  std::atomic<std::uint32_t> flag_{0};
  std::atomic<std::uint32_t> asleep_{0};
};

}  // namespace gilfree::detail
