// AdaptiveBatchDelay: how long a side that has caught up with the other waits for more items or room.
//
//   wait until there is something;  batch_delay.wait_for_more([&] { return other_edge.now(); });
//
// Two sides in step pass the cache lines back and forth for every single item, about 50 ns each time.
// When items follow each other closely, a short pause lets one transfer carry many; when they do not
// (request and response), it only adds latency. So the length is learnt: a pause during which more
// arrived makes the next one longer, a useless one makes it shorter, down to none; one call in
// kTryEvery tries again.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "gilfree/detail/base/cpu.h"

namespace gilfree::detail {

class AdaptiveBatchDelay {
 public:
  // `edge`: where the other side is. Called by any waiter; they may overwrite what another has learnt.
  template <typename Edge>
  bool wait_for_more(Edge edge) {
    auto pauses = std::min(pauses_.load(std::memory_order_relaxed), kMost);
    if (pauses == 0) {
      const auto waits = waits_.load(std::memory_order_relaxed) + 1;
      waits_.store(waits, std::memory_order_relaxed);
      if (waits % kTryEvery != 0) return false;
    }
    const auto before = edge();
    for (std::uint32_t i = 0; i < std::max(pauses, kFewest); ++i) relax();
    const bool more = edge() != before;
    pauses = more ? std::min(pauses + kFewest, kMost) : pauses / 2;
    pauses_.store(pauses, std::memory_order_relaxed);
    return more;
  }

 private:
  static constexpr std::uint32_t kFewest = 4, kMost = 96;  // pause instructions: 50 ns to 2 us
  static constexpr std::uint32_t kTryEvery = 128;

  std::atomic<std::uint32_t> pauses_{0};
  std::atomic<std::uint32_t> waits_{0};
};

}  // namespace gilfree::detail
