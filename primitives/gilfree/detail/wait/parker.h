// Parker: sleep until a word is changed and woken, a deadline comes, or a participant dies.
//
//   for (Parker<S> parker; !ready();) parker.park(word, heard, deadline);   // may return early
//
// A wake-up is lost if its target, or the process due to send it, is killed. Across processes a sleeper
// therefore also sleeps on the alive word of every participant of its process tree (futex_waitv(2),
// Linux 5.16): the kernel wakes one sleeper when a participant dies, and that one wakes the others, so
// that all look again; and soon once more, since a process is gone a little later than its threads.
// Each watched word costs 0.2 us, so that a sleep with 64 participants takes 15 us more. Where the sleeps
// of a thread on an object have been short lately (wait_history.h), the first of a wait therefore lasts
// at most kUnwatched and watches no participant.
// Unrelated processes at a named object, participants beyond the 126th, and kernel errors are covered
// by a heartbeat: no sleep across processes lasts longer than that.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <span>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/futex.h"
#include "gilfree/detail/wait/wait_history.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

// The longest delay that any death can cause.
inline constexpr auto kHeartbeat = std::chrono::milliseconds(20);

// How long a sleep may last that does not watch for deaths. Longer than a period of the kernel's tick (4 or
// 10 ms): arming a timer that is not due before the next tick costs nothing, an earlier one 3 us in a
// virtual machine, where the local timer is programmed by an exit to the hypervisor.
inline constexpr auto kUnwatched = std::chrono::milliseconds(12);

// A word to sleep on, and what it held when the sleeper last looked.
struct WatchedWord {
  std::atomic<std::uint32_t>* word;
  std::uint32_t value;
};

enum class Watches { kWords, kWordsAndParticipants };

// Sleeps on the words, and on those of the process tree's participants if asked to. True if a participant came,
// ended or died.
bool park_across_processes(std::span<const WatchedWord> words, Watches watches, Deadline deadline);

template <Scope S>
class Parker {
 public:
  // `history`: of the thread with the object that it waits on, if there is one.
  explicit Parker(const WaitHistory* history = nullptr)
      : is_watched_(history == nullptr || !history->sleeps_are_short()) {}

  void park(std::atomic<std::uint32_t>& word, std::uint32_t heard, Deadline deadline) {
    if constexpr (S::kAcrossProcesses) {
      const WatchedWord alone{&word, heard};
      park_on_any({&alone, 1}, deadline);
    } else {
      Kernel<S>::sleep(word, heard, next_look(deadline));
    }
  }

  // Sleeps until one of them is woken. Those beyond the 126th are looked at once a heartbeat.
  void park_on_any(std::span<const WatchedWord> words, Deadline deadline) {
    const auto limit = std::min(next_look(deadline), after(longest_));
    if constexpr (S::kAcrossProcesses) {
      if (!is_watched_) {
        is_watched_ = true;
        (void)park_across_processes(words, Watches::kWords, std::min(limit, after(kUnwatched)));
        return;
      }
      const bool news = park_across_processes(words, Watches::kWordsAndParticipants, limit);
      longest_ =
          news ? kAfterChange : std::min<std::chrono::microseconds>(2 * longest_, kHeartbeat);
    } else if (!Kernel<S>::can_sleep_on_many()) {
      Kernel<S>::sleep(*words.front().word, words.front().value, limit);
    } else {
      typename Kernel<S>::Watch watch;
      for (const WatchedWord& heard : words) watch.add(*heard.word, heard.value);
      (void)watch.sleep(limit);
    }
  }

 private:
  static Deadline next_look(Deadline deadline) {
    if (!is_of_other_clock(deadline)) return deadline;
    return std::min(as_of_now(deadline), after(kHeartbeat));
  }

  static constexpr auto kAfterChange = std::chrono::microseconds(200);

  std::chrono::microseconds longest_ = kHeartbeat;
  bool is_watched_;
};

}  // namespace gilfree::detail
