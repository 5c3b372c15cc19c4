// Nap: sleep until a word is rung, a deadline comes, or somebody dies who might have rung it.
//
//   for (Nap<S> nap; !ready();) nap.sleep_on(word, heard, deadline);   // returns early if it must
//
// A wake meant for a process that was just killed is a wake lost, and so is one that it owed. Across
// processes a sleeper therefore sleeps on every participant of its family besides (futex_waitv(2),
// Linux 5.16): the kernel wakes one sleeper when a participant dies, and that one wakes the others, so
// that everybody looks again; and soon once more, since a process is gone a little later than its
// threads. Strangers who share a named object, participants beyond the 126th, and whatever a kernel
// may get wrong are covered by a heartbeat: nobody sleeps longer than that at once.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "primitives/core/futex.h"
#include "primitives/core/scope.h"

namespace gilfree::core {

// The longest delay that any death can cause.
inline constexpr auto kHeartbeat = std::chrono::milliseconds(20);

// Watches the family of the calling thread. True if somebody came, ended or died.
bool sleep_watchfully(std::atomic<std::uint32_t>& word, std::uint32_t heard, Deadline deadline);

template <Scope S>
class Nap {
 public:
  void sleep_on(std::atomic<std::uint32_t>& word, std::uint32_t heard, Deadline deadline) {
    if constexpr (S::kAcrossProcesses) {
      const bool news = sleep_watchfully(word, heard, std::min(deadline, after(longest_)));
      longest_ = news ? kAfterNews : std::min<std::chrono::microseconds>(2 * longest_, kHeartbeat);
    } else {
      Kernel<S>::sleep(word, heard, deadline);
    }
  }

 private:
  static constexpr auto kAfterNews = std::chrono::microseconds(200);

  std::chrono::microseconds longest_ = kHeartbeat;
};

}  // namespace gilfree::core
