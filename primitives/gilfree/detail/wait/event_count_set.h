// EventCountSet: wait at several event_counts at once.
//
//   EventCountSet<S> event_counts({&one, &other});
//   event_counts.wait(deadline, [&] { return one_has_something() || other_has_something(); }, hopeless);
//
// As EventCount::wait. A waiter that is woken may leave what it was woken for to others that sleep on
// the same event count, so it wakes them.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/detail/wait/parker.h"
#include "gilfree/detail/wait/spin_policy.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

template <Scope S>
class EventCountSet {
 public:
  explicit EventCountSet(std::vector<EventCount<S>*> event_counts)
      : event_counts_(std::move(event_counts)) {}

  // False if the deadline came first.
  template <typename Ready, typename Hopeless>
  bool wait(Deadline deadline, Ready ready, Hopeless hopeless) {
    if (ready()) return true;
    if (deadline == kNow) return false;
    for (SpinPolicy spin(kNoCpu); spin.keep_spinning();) {
      if (ready()) return true;
    }
    return sleep(deadline, [&] { return ready() || hopeless(); });
  }

 private:
  template <typename Ready>
  bool sleep(Deadline deadline, Ready ready) {
    std::vector<WatchedWord> heard(event_counts_.size());
    for (Parker<S> parker;;) {
      bool is_seen = true;
      for (std::size_t i = 0; i < event_counts_.size(); ++i) {
        auto& epoch = event_counts_[i]->epoch_;
        heard[i] = {&epoch, epoch.load(std::memory_order_acquire)};
        is_seen = event_counts_[i]->waiters_.set() && is_seen;
      }
      const bool is_ready = ready();
      const bool is_late = !is_ready && has_passed(deadline);
      if (!is_ready && !is_late) {
        parker.park_on_any(heard, is_seen ? deadline : std::min(deadline, after(kStoreDelay)));
      }
      for (EventCount<S>* event_count : event_counts_) event_count->waiters_.remove_waiter();
      if (is_ready || is_late || ready()) {
        pass_on(heard);
        return !is_late;
      }
    }
  }
  void pass_on(const std::vector<WatchedWord>& heard) {
    for (std::size_t i = 0; i < event_counts_.size(); ++i) {
      if (heard[i].word->load(std::memory_order_relaxed) == heard[i].value) continue;
      if (event_counts_[i]->waiters_.others_may_wait()) event_counts_[i]->notify_all();
    }
  }

  std::vector<EventCount<S>*> event_counts_;
};

}  // namespace gilfree::detail
