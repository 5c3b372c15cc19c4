// Sleepers: the flag by which those who go to sleep are seen by those who must wake them.
//
//   sleeper                               worker
//     sleepers.announce();                  publish();
//     if (!ready()) sleep();                if (sleepers.any()) { sleepers.forget(); wake(); }
//
// One of the two must see the other, so each needs a full barrier between its store and its load.
// Sleeping is rare and costs microseconds, publishing is frequent and costs nanoseconds, so the
// sleeper pays for both: announce() makes every CPU that runs a participant execute the barrier that
// any() leaves out (futex.h, heavy_fence).
//
// A flag, not a count: a sleeper that is killed never takes itself off a count. Whoever wakes one
// sleeper lowers the flag, so the one who was woken raises it again if others may sleep on. The flag
// errs towards one wake too many; so does the count behind others_may_sleep(), which the killed stay
// in: it saves the lone sleeper the fence.
#pragma once

#include <atomic>
#include <cstdint>

#include "primitives/core/futex.h"
#include "primitives/core/scope.h"

namespace gilfree::core {

template <Scope S>
class Sleepers {
 public:
  void announce() {
    asleep_.fetch_add(1, std::memory_order_seq_cst);  // before the flag: see forget()
    raise_again();
  }
  void withdraw() { asleep_.fetch_sub(1, std::memory_order_relaxed); }

  bool others_may_sleep() const { return asleep_.load(std::memory_order_relaxed) != 0; }
  void raise_again() {
    flag_.store(1, std::memory_order_seq_cst);
    Kernel<S>::heavy_fence();
  }
  // Makes the next any() true, soon and without a fence: for a worker's attention, not for its wake.
  void draw_attention() { flag_.store(1, std::memory_order_relaxed); }

  bool any() {
    if (!Kernel<S>::can_fence()) return flag_.fetch_or(0, std::memory_order_seq_cst) != 0;
    std::atomic_signal_fence(std::memory_order_seq_cst);  // keeps the compiler from looking early
    return flag_.load(std::memory_order_relaxed) != 0;
  }

  // As any(), with one look and no call. Also true where it would take more than that to know.
  [[gnu::always_inline]] bool may_be_any() const {
    if (!Kernel<S>::is_known_to_fence()) [[unlikely]]
      return true;
    std::atomic_signal_fence(std::memory_order_seq_cst);  // keeps the compiler from looking early
    return flag_.load(std::memory_order_relaxed) != 0;
  }

  // After any(): false if only attention was asked for. The flag is lowered before the count is read,
  // with a barrier between the two. Whoever has raised the flag before is then counted; whoever raises
  // it later leaves it raised, makes its fence after this, and sees what was published before any().
  bool forget() {
    (void)flag_.exchange(0, std::memory_order_seq_cst);
    return asleep_.load(std::memory_order_seq_cst) != 0;
  }

 private:
  std::atomic<std::uint32_t> flag_{0};
  std::atomic<std::uint32_t> asleep_{0};
};

}  // namespace gilfree::core
