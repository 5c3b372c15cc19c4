// RingState: what a ring keeps in shared memory beside its items. What each side may do with it: ring.h.
// Each member has kApart bytes of its own (cpu.h): what two sides write shares no cache line.
//
//   | member   | written by                                | holds                            |
//   | tail     | the producer                              | `at`: behind the last item       |
//   | head     | the consumer                              | `at`: the first item             |
//   | producer | the producer                              | `seen`: a copy of head.at        |
//   | consumer | the consumer                              | `seen`: a copy of tail.at        |
//   | filled   | the producer notifies, the consumer waits | an event count: there is an item |
//   | drained  | the consumer notifies, the producer waits | an event count: there is room    |
#pragma once

#include <atomic>
#include <cstdint>

#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/queue/adaptive_batch_delay.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

template <typename Position, Scope S>
struct RingState {
  // One end of the items. Its side writes it, the other side reads it.
  struct alignas(kApart) Edge {
    std::atomic<Position> at{0};
    std::atomic<std::int32_t> cpu{kNoCpu};  // that last stored `at`

    // For its own side, or as a hint for the other.
    Position now() const { return at.load(std::memory_order_relaxed); }
    std::int32_t last_cpu() const { return cpu.load(std::memory_order_relaxed); }
  };
  struct alignas(kApart) Local {
    Position seen{0};     // the other side's edge
    Position fetched{0};  // up to where it has prefetched the lines of items to come
    AdaptiveBatchDelay batch_delay;
  };

  Local producer;
  Edge tail;
  Local consumer;
  Edge head;
  alignas(kApart) EventCount<S> filled;
  alignas(kApart) EventCount<S> drained;
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free,
              "a lock of the process does not work across processes");

}  // namespace gilfree::detail
